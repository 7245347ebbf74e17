/** Giving an order up before it is paid. */
import { type AuditFacts, audited } from '../../audit/index.ts';
import { NotFoundError, type Scope } from '../../kernel/index.ts';
import { InvalidStateError } from '../../ledger/index.ts';
import { AlreadyPaidError } from '../errors.ts';
import { moveOrder } from '../move-order.ts';
import { announceOrder } from '../news.ts';
import { type Order, orderOf } from '../order.ts';
import type { OrderTree } from '../rows.ts';
import { isOpen, statusAt } from '../status.ts';
import { lockOrder } from './fulfil-order.ts';
import { releaseWallet } from './pay-from-wallet.ts';

export type CancelOrder = {
  readonly order: string;
  /** Given, another customer's order is not found. */
  readonly customer?: string | undefined;
  /** Kept in the audit; the history, which can never be emptied, holds nobody's words. */
  readonly reason?: string | undefined;
};

/**
 * Cancels an unpaid order and announces `order.canceled`. One that is canceled stays so, and nothing is announced again.
 * @throws {NotFoundError} There is no such order of this customer.
 * @throws {AlreadyPaidError} It is paid: it can only be refunded.
 * @throws {InvalidStateError} It is owed for a period of a subscription: that is canceled instead.
 */
export async function cancelOrder(scope: Scope, input: CancelOrder): Promise<Order> {
  const facts: AuditFacts = {};
  const tree = await audited(
    scope,
    input.reason,
    (scope) => scope.transaction((scope) => cancel(scope, input)),
    ({ root }) => ({
      ...{ operation: 'orders.cancel', customer: root.customer, facts },
      subject: { type: 'order', id: root.id },
    }),
  );
  return orderOf(scope, tree);
}

async function cancel(scope: Scope, { order, customer }: CancelOrder): Promise<OrderTree> {
  const tree = await lockOrder(scope, order);
  const { root } = tree;
  if (customer !== undefined && root.customer !== customer) throw new NotFoundError('order', order);
  const status = statusAt(root, scope.now);
  if (status === 'canceled')
    return isOpen(root.status) ? storeCanceled(scope, tree, lapsedNow) : tree;
  if (!isOpen(status)) throw new AlreadyPaidError(order);
  if (root.period !== null)
    throw new InvalidStateError(`Order ${order} is owed: cancel ${root.subscriptionId} instead.`);
  return storeCanceled(scope, tree, { lapsed: false });
}

const lapsedNow = { lapsed: true, message: 'not paid in time' } as const;

/** Stores that a locked order and its items are canceled, and announces it. */
export async function storeCanceled(
  scope: Scope,
  { root, items }: OrderTree,
  { lapsed, message }: { readonly lapsed: boolean; readonly message?: string | undefined },
): Promise<OrderTree> {
  const unpaid = await releaseWallet(scope, root);
  const canceled = await moveOrder(scope, unpaid, { to: 'canceled', message });
  const bundled = [];
  for (const item of items) bundled.push(await moveOrder(scope, item, { to: 'canceled' }));
  await announceOrder(scope, canceled, 'order.canceled', { lapsed });
  return { root: canceled, items: bundled };
}
