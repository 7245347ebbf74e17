/** Changing a subscription to a plan that was paid for: now, whole, and whatever state it is in. */
import type { PlanVersion } from '../../catalog/index.ts';
import type { CustomerRow } from '../../customers/index.ts';
import type { Scope } from '../../kernel/index.ts';
import { changeTo } from '../agree-change.ts';
import { reread } from '../announce-change.ts';
import { rebalanced } from '../change.ts';
import { type Claim, refuseConflict } from '../conflicts.ts';
import { announceOver, gaugesOver, usedNow } from '../over-limit.ts';
import { changed } from '../plan-change.ts';
import type { SubscriptionRow } from '../rows.ts';
import { storeChange } from '../store-change.ts';
import { storeEnd } from '../store-end.ts';
import { unpauseSubscription } from './pause-subscription.ts';

export type ChangeOver = {
  readonly customer: CustomerRow;
  readonly to: PlanVersion;
  /** ISO 8601 length of its periods from now on; `null` is infinite. */
  readonly cycle: string | null;
  readonly endsAt: Date | null;
  /** The time it takes then. */
  readonly claim: Claim;
  readonly paid: { readonly amount: number; readonly unit: string };
};

/**
 * Changes it, with periods from now on; a pause ends with it, what was used stays used, and what is beyond a new ceiling is kept.
 * The customer and its subscriptions are locked.
 * @throws {AlreadySubscribedError} Another of the family begins before the new end.
 */
export async function changeOver(
  scope: Scope,
  found: SubscriptionRow,
  { customer, to, cycle, endsAt, claim, paid }: ChangeOver,
): Promise<void> {
  const row = await unpaused(scope, found);
  const version = { ...to, plan: { ...to.plan, period: cycle } };
  const change = changeTo(scope, row, version, {
    ...{ isReanchored: true, usage: 'keep', currency: paid.unit },
  });
  await refuseConflict(scope, { ...claim, id: row.id });
  const items = [...row.items, ...change.items];
  await rebalanced(scope, { customer, items }, async () => {
    const after = changed(row, change, scope.now, await usedNow(scope, row));
    const cost = { credit: 0, charge: paid.amount, due: paid.amount, unit: paid.unit };
    const moved = { before: row, after, change, moment: scope.now, paid: cost };
    const stored = await storeChange(scope, moved);
    const isSameEnd = row.endsAt?.getTime() === endsAt?.getTime();
    const end = { endsAt, reason: null, comment: null };
    const last = isSameEnd ? stored : await storeEnd(scope, stored, end);
    const over = await gaugesOver(scope, { customer, before: row, after: last, at: scope.now });
    await announceOver(scope, { customer: row.customer, over });
  });
}

async function unpaused(scope: Scope, row: SubscriptionRow): Promise<SubscriptionRow> {
  if (row.pausedAt === null) return row;
  await unpauseSubscription(scope, { customer: row.customer, subscription: row.id });
  return reread(scope, row.id);
}
