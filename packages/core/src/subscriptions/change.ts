/**
 * What every change of a subscription has in common: the locks before it, the balances around it, the news after it.
 *
 * The customer's row is locked first, then its subscriptions; balances are settled as they stood, and again as they
 * stand after, in the same transaction. So the very next spend, in any process, meets the new rights.
 */
import { featureOf } from '../catalog/index.ts';
import { type CustomerRow, lockCustomer } from '../customers/index.ts';
import type { Scope } from '../kernel/index.ts';
import { settleBalances } from '../ledger/index.ts';
import { defaultSources } from './defaults.ts';
import type { FrozenItem } from './items.ts';
import { NON_PAYMENT } from './payments.ts';
import { liveSubscriptions } from './queries.ts';
import type { SubscriptionRow } from './rows.ts';
import { endAt } from './state.ts';
import { storeOverdue } from './store-change.ts';
import { storeEnd } from './store-end.ts';

/** A customer with the subscriptions that have not reached a set end, all locked; newest first. */
export type Locked = { readonly customer: CustomerRow; readonly rows: readonly SubscriptionRow[] };

/**
 * Locks the customer and its subscriptions, making the customer if it is new, and stores what holds by now though nobody has
 * written it down: scheduled changes, and the ends that non-payment has led to.
 */
export async function lockSubscriptions(scope: Scope, externalId: string): Promise<Locked> {
  const customer = await lockCustomer(scope, { customer: externalId, mode: 'update' });
  const rows = await liveSubscriptions(scope, {
    customerId: customer.id,
    now: scope.now,
    lock: 'update',
  });
  const current = [];
  for (const row of rows) {
    const held = row.overdue ? await storeOverdue(scope, { customer, row }) : row;
    const endsAt = endAt(held, scope.now);
    if (endsAt?.getTime() === held.endsAt?.getTime()) current.push(held);
    else await storeEnd(scope, held, { endsAt, reason: NON_PAYMENT, comment: null });
  }
  return { customer, rows: current };
}

/** Settles the balances that a change feeds or starves, before it and after it. */
export async function rebalanced<T>(
  scope: Scope,
  { customer, items }: { customer: CustomerRow; items: readonly FrozenItem[] },
  change: () => Promise<T>,
): Promise<T> {
  const defaults = await defaultSources(scope, { customer, rows: [], at: scope.now });
  const fed = [...items, ...defaults.sources.flatMap((source) => source.items)]
    .map((item) => item.feature)
    .filter((feature) => isCounted(featureOf(scope, feature)?.kind));
  const units = [...new Set(fed)].sort();
  await settleBalances(scope, { customer, units });
  const answer = await change();
  await settleBalances(scope, { customer, units, isNewPlan: true });
  return answer;
}

/** A feature that the catalogue has lost has no balance that could still be read. */
function isCounted(kind: string | undefined): boolean {
  return kind === 'metered' || kind === 'gauge';
}
