/** What of a balance's grants belongs to which quota window, by their references. Pure. */
import type { Draft, GrantRow, LegRow } from './draft.ts';
import type { BalancePlan } from './plan.ts';

/** In a reference: the further grants of a window whose quota was raised. */
export const REVISION = '/revision/';

/** The window a plan's grant belongs to, whatever revision or use it stands for. */
export function baseOf(grant: { readonly reference: string | null }): string {
  return (grant.reference ?? '').replace(/\/(?:revision|unlimited|overage)\/\d+$/, '');
}

/** Drawn or reserved from these grants and not given back. */
export function usedOf(grants: readonly GrantRow[]): number {
  return grants.reduce((sum, grant) => sum + grant.amount - grant.free - grant.removed, 0);
}

/** Still free on these grants. */
export function freeOf(grants: readonly GrantRow[]): number {
  return grants.reduce((sum, grant) => sum + grant.free, 0);
}

/** A window's plan grants: the first of it, and those its quota brought since. */
export function issuedOf(
  { grants }: { readonly grants: readonly GrantRow[] },
  window: { readonly reference: string },
): GrantRow[] {
  return grants.filter((grant) => grant.source === 'plan' && baseOf(grant) === window.reference);
}

/**
 * Drawn or reserved under a window: of its quota, of what passed a soft one, and before a re-anchor cut it. What was used
 * before a reset counts for nothing, and less than nothing is never used.
 * Units that are given back of its quota do not make room while others passed it.
 */
export function usedIn(
  draft: { readonly grants: readonly GrantRow[] },
  window: { readonly reference: string; readonly usedBefore: number },
): number {
  const passed = draft.grants.filter(
    (grant) => grant.source === 'overage' && baseOf(grant) === window.reference,
  );
  return Math.max(0, window.usedBefore + usedOf(issuedOf(draft, window)) + usedOf(passed));
}

/** A window's reference without its period: what gives it. */
export function leadOf(reference: string): string {
  return reference.slice(0, reference.lastIndexOf('/'));
}

/** Reserved by open holds on grants that still count: open ones, and those of windows in force. Needs the holds' draws. */
export function reservedIn(draft: Draft, plan: BalancePlan): number {
  const inForce = new Set(plan.windows.map((window) => window.reference));
  const counts = (id: number) => {
    const grant = draft.grants.find((one) => one.id === id);
    return grant !== undefined && (grant.open || inForce.has(baseOf(grant)));
  };
  const payers = draft.draws.filter(({ grantId }) => counts(grantId));
  const units = (leg: LegRow) => {
    const from = leg.drawnTo - leg.amount + leg.captured;
    const to = leg.drawnTo - leg.released;
    return payers.reduce(
      (sum, draw) => sum + Math.max(0, Math.min(draw.to, to) - Math.max(draw.from, from)),
      0,
    );
  };
  return draft.legs.filter((leg) => leg.open).reduce((sum, leg) => sum + units(leg), 0);
}
