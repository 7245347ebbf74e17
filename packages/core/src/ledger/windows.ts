/** What of a balance's grants belongs to which quota window, by their references. Pure. */
import type { GrantRow } from './draft.ts';

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

/** A window's reference without its period: what gives it. */
export function leadOf(reference: string): string {
  return reference.slice(0, reference.lastIndexOf('/'));
}
