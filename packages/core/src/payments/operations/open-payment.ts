/**
 * Opening a payment for an order: the intent is committed, then the gateway is asked, then its answer is committed. Asked again
 * the same payment is opened under the same key, so that no order has two that could both be paid.
 */
import { queueJob } from '../../jobs/index.ts';
import { addDuration, at, json, newId, type Scope, sql, textOrNull } from '../../kernel/index.ts';
import {
  type Checkout,
  type CreatedPayment,
  type Gateway,
  lockOrder,
  type OpenCheckout,
} from '../../orders/index.ts';
import { type PaymentRequest, type PaymentRow, sumOf } from '../payment.ts';
import { chosenGateway } from '../ports.ts';
import { selectPayments } from '../rows.ts';

/** The kind of the job that asks what became of a payment. */
export const WATCH = 'payment.watch';

/** How soon it is asked for the first time, if nothing was heard. */
const firstWatch = 'PT5M';

/**
 * Opens a payment, or gives the open one again. Outside any transaction.
 * @throws {ValidationError} There is no such gateway.
 * @throws {GatewayError} It is not known, or known not to be, opened; the order stays pending, nothing is granted.
 */
export const openPayment: OpenCheckout = async (scope, { order, choice }): Promise<Checkout> => {
  const { name, gateway } = await chosenGateway(scope, choice);
  const row = await intend(scope, {
    ...{ order: order.id, gateway: name },
    request: {
      kind: choice.returnUrl === undefined ? 'intent' : 'checkout',
      description: order.title ?? `${order.quantity} x ${order.offer}`,
      ...{ returnUrl: choice.returnUrl, cancelUrl: choice.cancelUrl },
      ...(choice.offSession && { offSession: true }),
    },
  });
  if (!row) return { kind: 'none' };
  // One that is open already stays where it was opened.
  const where =
    row.gateway === name ? gateway : (await chosenGateway(scope, { gateway: row.gateway })).gateway;
  const { checkout } = await createAt(scope, where, row, order.customer);
  return checkout;
};

/** Asks the gateway under the payment's own key, and keeps what it is called there. */
export async function createAt(
  scope: Scope,
  gateway: Gateway,
  row: PaymentRow,
  customer: string,
): Promise<CreatedPayment> {
  const tenant = scope.tenant.key;
  const created = await gateway.createPayment({
    ...{ order: row.order, sum: row.sum, ...row.request },
    metadata: { tenant, order: row.order, customer, payment: row.id },
    // Several tenants may share one account.
    idempotencyKey: keyOf(scope, row.id),
  });
  await scope.run(sql`
    update bursar.payments
       set external_id = coalesce(external_id, ${created.id}::text), livemode = coalesce(livemode, ${created.livemode}::boolean),
           state = case when state = 'creating' then 'open' else state end, updated_at = ${at(scope.now)}::text::timestamptz
     where (tenant_id, id) = (${scope.tenant.id}::int, ${row.id}::text)`);
  return created;
}

/** Of the key at the gateway: at most 255 characters, and no other tenant's. */
export function keyOf(scope: Scope, payment: string, part = ''): string {
  return `${scope.tenant.id}-${payment}${part}`;
}

type Intent = {
  readonly order: string;
  readonly gateway: string;
  readonly request: PaymentRequest;
};

/** `null`: the order is paid or canceled by now. */
function intend(scope: Scope, { order, gateway, request }: Intent): Promise<PaymentRow | null> {
  return scope.transaction(async (scope) => {
    const { root } = await lockOrder(scope, order);
    if (root.status !== 'pending') return null;
    const [open] = await selectPayments(scope, {
      where: sql`payment.order_id = ${order}::text and payment.state not in ('succeeded', 'canceled')
                 and payment.refusal is distinct from 'refused'`,
      ...{ limit: 1, lock: true },
    });
    // Another gateway is chosen only once the open payment is over: both could be paid.
    if (open) return open;
    const { amount, currency, scale } = sumOf(scope, root.currency, root.total);
    const id = newId('pay');
    const externalCustomer = await externalOf(scope, { customerId: root.customerId, gateway });
    const asked = { ...request, ...(externalCustomer !== null && { externalCustomer }) };
    await scope.run(sql`
      insert into bursar.payments (tenant_id, id, order_id, gateway, amount, currency, scale, request, state_at, created_at, updated_at)
      values (${scope.tenant.id}::int, ${id}::text, ${order}::text, ${gateway}::text, ${amount}::bigint, ${currency}::text, ${scale}::bigint,
              ${json(asked)}::text::jsonb, ${at(scope.now)}::text::timestamptz, ${at(scope.now)}::text::timestamptz,
              ${at(scope.now)}::text::timestamptz)`);
    const dueAt = addDuration(scope.now, firstWatch, 1, 'UTC');
    await queueJob(scope, { kind: WATCH, key: id, payload: { payment: id }, dueAt });
    const [made] = await selectPayments(scope, { where: sql`payment.id = ${id}::text`, limit: 1 });
    return made ?? null;
  });
}

function externalOf(
  scope: Scope,
  { customerId, gateway }: { customerId: number; gateway: string },
): Promise<string | null> {
  return scope.maybeOne(
    sql`
      select external_id from bursar.customer_externals
       where (tenant_id, customer_id, system) = (${scope.tenant.id}::int, ${customerId}::bigint, ${gateway}::text)`,
    (row) => textOrNull(row.external_id),
  );
}
