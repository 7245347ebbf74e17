/** An operator's word that an order is paid: in cash, by transfer, or because it is given. */
import { audited } from '../../audit/index.ts';
import { NotFoundError, type Scope } from '../../kernel/index.ts';
import { InvalidStateError } from '../../ledger/index.ts';
import { type Order, orderOf } from '../order.ts';
import { findTree } from '../rows.ts';
import { fulfilOrder } from './fulfil-order.ts';

export type ConfirmOrder = {
  readonly order: string;
  /** Given, another customer's order is not found. */
  readonly customer?: string | undefined;
  /** `manual`: it is paid because the caller says so. `wallet`: takes what is set aside for it. Left out, its gateway is asked. */
  readonly payment?: 'manual' | 'wallet' | undefined;
  /** In place of the start that was asked for. */
  readonly startsAt?: Date | undefined;
  /** Kept in the audit; the history, which can never be emptied, holds nobody's words. */
  readonly reason?: string | undefined;
};

/**
 * Takes an order as paid, by hand, and hands out what was bought.
 * @throws {NotFoundError} There is no such order of this customer.
 * @throws {DuplicatePaymentError} It was paid before; nothing is granted.
 * @throws {InvalidStateError} It is canceled or has lapsed, nobody says that it is paid, or nothing is set aside for it.
 * @throws {StartInPastError} The start that was asked for has passed: send another.
 * @throws {LimitExceededError} A balance would pass its ceiling.
 * @throws {AlreadySubscribedError} A subscription that is to begin later meets another of its family.
 */
export async function confirmOrder(scope: Scope, input: ConfirmOrder): Promise<Order> {
  const { order, customer, payment, startsAt, reason } = input;
  const found = await findTree(scope, order);
  if (!found || (customer !== undefined && found.root.customer !== customer))
    throw new NotFoundError('order', order);
  if (payment === undefined)
    throw new InvalidStateError(`No gateway knows of a payment for ${order}.`);
  const paid = await audited(
    scope,
    reason,
    (scope) => fulfilOrder(scope, { order, method: payment, startsAt }),
    ({ root }) => ({
      ...{ operation: 'orders.confirm', customer: root.customer },
      ...{ subject: { type: 'order', id: root.id }, facts: { payment, total: root.total } },
    }),
  );
  return orderOf(scope, paid);
}
