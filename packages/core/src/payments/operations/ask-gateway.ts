/** Asking a gateway what became of a payment, and taking its answer over. What nobody knows the outcome of is asked for, never done blindly again. */
import { NotFoundError, type Scope, type Statement, sql } from '../../kernel/index.ts';
import { InvalidStateError } from '../../ledger/index.ts';
import { DuplicatePaymentError, getOrder, isOpen, type Order } from '../../orders/index.ts';
import type { PaymentRow } from '../payment.ts';
import { chosenGateway, refuseInTransaction } from '../ports.ts';
import { selectPayments } from '../rows.ts';
import { applyPayment } from './apply-payment.ts';
import { createAt } from './open-payment.ts';

/**
 * Asks the gateways of all payments of an order that are not over, and moves the order as they say.
 * @returns The order as it is then.
 * @throws {NotFoundError} There is no such order of this customer.
 * @throws {DuplicatePaymentError} It was paid before.
 * @throws {InvalidStateError} Nothing was ever asked to be paid for it, or a transaction is open.
 * @throws {GatewayError} A gateway cannot be asked; the order is as it was.
 */
export async function confirmPayment(
  scope: Scope,
  { order: id, customer }: { order: string; customer?: string | undefined },
): Promise<Order> {
  const order = await getOrder(scope, { order: id, customer });
  if (order.parent !== null) throw new NotFoundError('order', id);
  if (!isOpen(order.status) && order.status !== 'canceled')
    throw new DuplicatePaymentError(id, order.status);
  refuseInTransaction(scope);
  const rows = await selectPayments(scope, {
    where: sql`payment.order_id = ${id}::text and payment.state not in ('succeeded', 'canceled')`,
    limit: 20,
  });
  if (rows.length === 0) throw new InvalidStateError(`No gateway knows of a payment for ${id}.`);
  for (const row of rows) await askOf(scope, row, order.customer);
  return getOrder(scope, { order: id, customer });
}

/** Asks for one payment. Where it is not known whether it was ever opened, opening it again under its key tells. */
export async function askOf(scope: Scope, row: PaymentRow, customer: string): Promise<void> {
  const { gateway } = await chosenGateway(scope, { gateway: row.gateway });
  const id = row.externalId ?? (await createAt(scope, gateway, row, customer)).id;
  const payment = await gateway.fetchPayment(id);
  await applyPayment(scope, { row, word: { payment, at: scope.now, by: 'asked' } });
}

/** The payment of ours that a gateway speaks of: by its own metadata, else by what it is called there. */
export async function findPayment(
  scope: Scope,
  gateway: string,
  { id, metadata }: { id: string; metadata: Readonly<Record<string, string>> },
): Promise<PaymentRow | null> {
  const own = metadata.payment;
  const byId = sql`payment.external_id = ${id}::text`;
  const where: Statement = own === undefined ? byId : sql`payment.id = ${own}::text`;
  const [found] = await selectPayments(scope, {
    where: sql`payment.gateway = ${gateway}::text and ${where}`,
    limit: 1,
  });
  return found ?? null;
}

/** One payment by its id. */
export async function paymentById(scope: Scope, id: string): Promise<PaymentRow | null> {
  const [found] = await selectPayments(scope, { where: sql`payment.id = ${id}::text`, limit: 1 });
  return found ?? null;
}

/** The payment that an order was handed out for; `null` where it was paid by other means. */
export async function paymentThatPaid(scope: Scope, order: string): Promise<PaymentRow | null> {
  const [found] = await selectPayments(scope, {
    where: sql`payment.order_id = ${order}::text and payment.state = 'succeeded' and payment.id = (
      select history.payload ->> 'payment' from bursar.order_history as history
       where (history.tenant_id, history.order_id, history.status) = (payment.tenant_id, payment.order_id, 'paid')
       order by history.sequence
       limit 1)`,
    limit: 1,
  });
  return found ?? null;
}
