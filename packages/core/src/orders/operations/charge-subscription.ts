/**
 * Asking for what a subscription owes: an order that nobody placed, once per period by a constraint. One of nothing to pay is taken as
 * paid at once.
 */
import { addDuration, at, newId, type Scope, sql, text } from '../../kernel/index.ts';
import { getSetting } from '../../settings/index.ts';
import type { SubscriptionCharge } from '../../subscriptions/index.ts';
import { announceOrder } from '../news.ts';
import { findTree, type OrderTree } from '../rows.ts';
import { fulfilOrder } from './fulfil-order.ts';

/**
 * Writes the order and announces `order.created`. A period is to be paid until its subscription would end for it, whatever the
 * setting says of orders that somebody placed. The customer is locked.
 * @returns False: the period was asked for before.
 */
export async function chargeSubscription(
  scope: Scope,
  charge: SubscriptionCharge,
): Promise<boolean> {
  const placed = await placeCharge(scope, charge);
  if (placed && charge.amount === 0)
    await fulfilOrder(scope, { order: placed.root.id, method: 'free' });
  return placed !== null;
}

/** One that a gateway has charged already names its invoice there. */
export type PlacedCharge = SubscriptionCharge & { readonly invoice?: string | undefined };

/** Writes the order, unpaid, and announces it. @returns `null`: there is one of that period. */
export async function placeCharge(scope: Scope, charge: PlacedCharge): Promise<OrderTree | null> {
  const lapsesAt = charge.lapsesAt ?? (await usualEnd(scope));
  const order = await insertCharge(scope, charge, lapsesAt);
  if (order === null) return null;
  const tree = await findTree(scope, order);
  if (!tree) throw new Error(`Order ${order} was written but cannot be read.`);
  await announceOrder(scope, tree.root, 'order.created', {});
  return tree;
}

async function usualEnd(scope: Scope): Promise<Date> {
  return addDuration(scope.now, String(await getSetting(scope, 'orders.pendingTtl')), 1, 'UTC');
}

function insertCharge(
  scope: Scope,
  { subscription, customerId, plan, planVersionId, ...charge }: PlacedCharge,
  end: Date,
): Promise<string | null> {
  const { period, cycle, amount, unit, timeZone, invoice = null } = charge;
  const lapsesAt = sql`${at(end)}::text::timestamptz`;
  const now = sql`${at(scope.now)}::text::timestamptz`;
  return scope.maybeOne(
    sql`
    insert into bursar.orders
      (tenant_id, id, customer_id, offer, plan_version_id, quantity, currency, price, total, cycle, grants, append,
       not_before_start, time_zone, subscription_id, period, invoice, lapses_at, due_at, created_at, updated_at)
    values (${scope.tenant.id}::int, ${newId('ord')}::text, ${customerId}::bigint, ${plan}::text, ${planVersionId}::int, 1,
            ${unit}::text, ${amount}::bigint, ${amount}::bigint, ${cycle}::text, '{}', false, false, ${timeZone}::text,
            ${subscription}::text, ${period}::int, ${invoice}::text, ${lapsesAt}, ${lapsesAt}, ${now}, ${now})
    on conflict (tenant_id, subscription_id, period) where period is not null do nothing
    returning id`,
    (row) => text(row.id),
  );
}
