/** Paying an order that was placed before. */
import { NotFoundError, type Scope } from '../../kernel/index.ts';
import { InvalidStateError } from '../../ledger/index.ts';
import { checkoutOf, gatewayFault, type PaymentChoice } from '../checkout.ts';
import { AlreadyPaidError } from '../errors.ts';
import type { Checkout } from '../gateway.ts';
import { moveOrder } from '../move-order.ts';
import { type Order, orderOf } from '../order.ts';
import { findTree, type OrderTree } from '../rows.ts';
import { isOpen, statusAt } from '../status.ts';
import { claimCheckout } from './claim-checkout.ts';
import { fulfilOrder, lockOrder } from './fulfil-order.ts';
import { type Purse, purseOf, setAsideFor } from './pay-from-wallet.ts';

export type PayOrder = PaymentChoice & {
  readonly order: string;
  /** Given, another customer's order is not found. */
  readonly customer?: string | undefined;
};

/**
 * Makes an unpaid order, also one that was refused or failed, pending again and opens a payment for it, or has the wallet pay it.
 * @throws {NotFoundError} There is no such order of this customer.
 * @throws {AlreadyPaidError} There is nothing left to pay.
 * @throws {CheckoutOpenError} Another order of the same waits at a gateway.
 * @throws {InvalidStateError} It is canceled, or has lapsed.
 * @throws {InsufficientBalanceError} `payFrom`: the wallet has less. @throws {RateMissingError} It has no rate for it.
 */
export async function payOrder(
  scope: Scope,
  { order: id, customer, ...choice }: PayOrder,
): Promise<{ readonly order: Order; readonly checkout: Checkout }> {
  const fault = await gatewayFault(scope, choice);
  if (fault) throw fault;
  const found = await findTree(scope, id);
  if (!found || (customer !== undefined && found.root.customer !== customer))
    throw new NotFoundError('order', id);
  const purse = await purseOf(scope, choice, found.root.currency);
  const tree = await scope.transaction(async (scope) => {
    const locked = await lockOrder(scope, id);
    const status = statusAt(locked.root, scope.now);
    if (status === 'canceled') throw new InvalidStateError(`Order ${id} is canceled.`);
    if (!isOpen(status)) throw new AlreadyPaidError(id);
    if (scope.ports.openCheckout && !purse) await claimCheckout(scope, locked.root);
    return payOpen(scope, locked, { purse, capture: choice.capture });
  });
  const order = orderOf(scope, tree);
  return { order, checkout: await checkoutOf(scope, order, choice) };
}

/** Makes an unpaid order, locked after its customer, pending again where it is not; and has the wallet pay it, where one is given. */
export async function payOpen(
  scope: Scope,
  tree: OrderTree,
  {
    purse,
    capture = true,
  }: { readonly purse: Purse | null; readonly capture?: boolean | undefined },
): Promise<OrderTree> {
  const root = purse ? await setAsideFor(scope, tree.root, purse) : tree.root;
  const held = { ...tree, root };
  const pending = root.status === 'pending' ? held : await reopenOrder(scope, held);
  return purse && capture ? fulfilOrder(scope, { order: root.id, method: 'wallet' }) : pending;
}

/** Makes a refused or failed order, locked, pending again. */
async function reopenOrder(scope: Scope, { root, items }: OrderTree): Promise<OrderTree> {
  return { root: await moveOrder(scope, root, { to: 'pending' }), items };
}
