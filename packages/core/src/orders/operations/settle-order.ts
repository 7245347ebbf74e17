/**
 * Storing what time alone has made of orders, at any time, by any number of workers, and late: each thing once. What an order
 * is never waits for it.
 */
import { at, FOREVER, instant, type Scope, sql, text } from '../../kernel/index.ts';
import { moveOrder } from '../move-order.ts';
import { announceOrder } from '../news.ts';
import { findTree, type OrderRow } from '../rows.ts';
import { isHeld, isOpen, statusAt } from '../status.ts';
import { storeCanceled } from './cancel-order.ts';
import { lockOrder } from './fulfil-order.ts';

/** One line to look at, of any tenant. */
export type DueOrder = { readonly tenant: string; readonly id: string; readonly at: Date };

/** Lines of all tenants that have lapsed or expired by `until` and are not stored so, in the order of their instants. */
export function dueOrders(
  scope: Scope,
  { until, limit }: { until: Date; limit: number },
): Promise<DueOrder[]> {
  return scope.many(
    sql`
    select tenant.key as tenant, due.id, due.due_at
      from bursar.tenants as tenant
     cross join lateral (
       select bought.id, bought.due_at
         from bursar.orders as bought
        where bought.tenant_id = tenant.id and bought.due_at <= ${at(until)}::text::timestamptz
        order by bought.due_at, bought.id
        limit ${limit}::int) as due
     order by due.due_at, due.id
     limit ${limit}::int`,
    (row) => ({ tenant: text(row.tenant), id: text(row.id), at: instant(row.due_at) }),
  );
}

/**
 * Cancels what has lapsed, with its items, and expires what is over, and announces `order.canceled` or `order.expired`.
 * @returns Whether there was anything to store, and when to look again.
 */
export function settleOrder(
  scope: Scope,
  { id }: { id: string },
): Promise<{ done: boolean; next: Date }> {
  return scope.transaction(async (scope) => {
    const seen = await findTree(scope, id);
    const gives = seen?.root.wallet?.hold;
    // Its own lock is enough to change its status; what gives something back to a wallet locks the customer first.
    const tree = gives ? await lockOrder(scope, id) : await findTree(scope, id, { lock: true });
    if (!tree || tree.root.dueAt > scope.now)
      return { done: false, next: tree?.root.dueAt ?? FOREVER };
    if (!gives && tree.root.wallet?.hold) return { done: false, next: scope.now };
    return { done: await settle(scope, tree.root, tree.items), next: FOREVER };
  });
}

async function settle(scope: Scope, row: OrderRow, items: readonly OrderRow[]): Promise<boolean> {
  const status = statusAt(row, scope.now);
  if (isOpen(row.status) && status === 'canceled') {
    await storeCanceled(scope, { root: row, items }, { lapsed: true, message: 'not paid in time' });
    return true;
  }
  if (!isHeld(row.status) || status !== 'expired') return wait(scope, row);
  await announceOrder(scope, await moveOrder(scope, row, { to: 'expired' }), 'order.expired', {});
  return true;
}

/** Nothing is to be stored for it: it is not looked at again until something is. */
async function wait(scope: Scope, row: OrderRow): Promise<boolean> {
  await scope.run(sql`
    update bursar.orders set due_at = 'infinity' where (tenant_id, id) = (${scope.tenant.id}::int, ${row.id}::text)`);
  return false;
}
