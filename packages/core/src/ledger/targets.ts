/** The summed quota of a balance, and the amounts of use at which something is announced. Pure. */
import type { Draft } from './draft.ts';
import type { BalancePlan } from './plan.ts';
import { baseOf, freeOf, usedIn } from './windows.ts';

/** Summed quota, use and rest of the windows in force; quotas without limit have none of the three. */
export function quotaOf(
  draft: Draft,
  plan: BalancePlan,
): { quota: number; used: number; free: number } {
  const inForce = new Map(plan.windows.map((window) => [window.reference, window]));
  const windows = plan.windows.filter((window) => window.quota !== null);
  const grants = draft.grants.filter(
    (grant) => grant.source === 'plan' && inForce.get(baseOf(grant))?.quota != null,
  );
  return {
    quota: windows.reduce((sum, window) => sum + (window.quota ?? 0), 0),
    used: windows.reduce((sum, window) => sum + usedIn(draft, window), 0),
    free: freeOf(grants),
  };
}

/** The amounts of use at which something is announced, ascending; the last is the quota itself. */
export function targetsOf(quota: number, plan: BalancePlan): number[] {
  const targets = plan.thresholds.map((percent) => Math.ceil((quota * percent) / 100));
  return [...new Set([...targets, quota])]
    .filter((target) => target > 0)
    .sort((one, other) => one - other);
}
