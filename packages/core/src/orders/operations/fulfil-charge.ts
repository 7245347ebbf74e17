/** Taking as paid what a subscription owes: no unit is granted and no plan delivered, the subscription goes on. */
import type { Scope } from '../../kernel/index.ts';
import { payPeriod } from '../../subscriptions/index.ts';
import type { OrderRow, OrderTree } from '../rows.ts';
import type { BoughtWindow } from '../window.ts';

/**
 * Hands the order's own window to what stores that it is paid, and has the subscription follow. The customer and the order are locked.
 * @throws {InvalidStateError} The subscription is over, or is not billed so any more; nothing is written.
 */
export async function fulfilCharge(
  scope: Scope,
  order: OrderRow,
  store: (window: BoughtWindow) => Promise<OrderRow>,
): Promise<OrderTree> {
  const { subscriptionId, period } = order;
  if (subscriptionId === null) throw new Error(`Order ${order.id} is owed for nothing.`);
  const paid = await payPeriod(scope, { subscription: subscriptionId, period }, (time) =>
    store({ startsAt: time.startsAt, expiresAt: time.endsAt }),
  );
  return { root: paid, items: [] };
}
