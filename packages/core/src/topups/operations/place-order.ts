/**
 * Placing the order of an attempt and having it charged. The order is placed and named on its attempt in one transaction; then a
 * payment is opened for it, once: however the instruction is set meanwhile, doing it again goes on with that order and payment.
 */
import { lockCustomer } from '../../customers/index.ts';
import { isBursarError, type Scope, sql } from '../../kernel/index.ts';
import {
  CheckoutOpenError,
  createOrder,
  GatewayError,
  getOrder,
  isOpen,
  type Order,
  payOrder,
} from '../../orders/index.ts';
import { confirmPayment } from '../../payments/index.ts';
import type { Running } from './end-attempt.ts';

/**
 * The order as the gateway has it by now; a code: it cannot be placed or charged.
 * @throws {GatewayError} Nobody knows what became of it.
 */
export async function charged(scope: Scope, running: Running): Promise<Order | string> {
  const id = running.order ?? (await coded(() => placed(scope, running)));
  if (typeof id !== 'string') return id.code;
  const order = await coded(() => askedFor(scope, running, id));
  if (!('code' in order)) return order;
  // The gateway may have told of it meanwhile.
  const now = await getOrder(scope, { order: id });
  return now.status === 'pending' ? order.code : now;
}

/** What nobody knows the outcome of is thrown, to be asked for again; any other refusal is an answer. */
async function coded<T>(work: () => Promise<T>): Promise<T | { readonly code: string }> {
  try {
    return await work();
  } catch (error) {
    const isUnknown = !isBursarError(error) || ['gateway', 'unavailable'].includes(error.kind);
    if (isUnknown || error instanceof GatewayError) throw error;
    return { code: error.code };
  }
}

/**
 * Places it, without asking a gateway.
 * @throws {CheckoutOpenError} The customer has ordered the same and has not paid: that is the customer's own, and left as it is.
 */
function placed(scope: Scope, { customer, instruction, attempt }: Running): Promise<string> {
  return scope.transaction(async (scope) => {
    await lockCustomer(scope, { customer, mode: 'update' });
    if (!instruction) throw new Error('An attempt without an order and an instruction.');
    const { offer, quantity, gateway } = instruction;
    const asked = { customer, offer, quantity, gateway: gateway ?? undefined };
    const { order, replayed } = await createOrder(scope, asked);
    if (replayed) throw new CheckoutOpenError({ id: order.id, offer });
    const isOwn = await scope.maybeOne(
      sql`
      update bursar.top_up_attempts set order_id = ${order.id}::text
       where (tenant_id, id) = (${scope.tenant.id}::int, ${attempt}::text) and state = 'open' and order_id is null
      returning id`,
      () => true,
    );
    if (!isOwn)
      throw new Error(`Attempt ${attempt} is over, or somebody else has placed its order.`);
    return order.id;
  });
}

/** Has its payment opened, if it never was; else asks what became of it. */
async function askedFor(scope: Scope, { instruction }: Running, id: string): Promise<Order> {
  const order = await getOrder(scope, { order: id });
  if (!isOpen(order.status)) return order;
  if (!(await isAtGateway(scope, id))) {
    const gateway = instruction?.gateway ?? null;
    if (gateway === null) return order;
    await payOrder(scope, { order: id, gateway, offSession: true });
  }
  return confirmPayment(scope, { order: id });
}

async function isAtGateway(scope: Scope, order: string): Promise<boolean> {
  const known = await scope.maybeOne(
    sql`
    select true as known from bursar.payments
     where (tenant_id, order_id) = (${scope.tenant.id}::int, ${order}::text) limit 1`,
    () => true,
  );
  return known === true;
}
