/**
 * A webhook from its bytes to its effect: believed or refused, kept by its id in the transaction of what it does, done once.
 *
 * What is about a payment that no row is known for is asked for at the gateway, before anything is written.
 */
import { at, NotFoundError, type Scope, sql, text } from '../../kernel/index.ts';
import {
  type Gateway,
  type GatewayEvent,
  type GatewayPayment,
  type IncomingWebhook,
  type InvoiceFact,
  mirrorInvoice,
  WebhookSignatureError,
} from '../../orders/index.ts';
import type { PaymentRow } from '../payment.ts';
import { refuseInTransaction } from '../ports.ts';
import { applyPayment } from './apply-payment.ts';
import { findPayment } from './ask-gateway.ts';

export type TakeWebhook = {
  readonly gateway: string;
  /** As it came, to the byte: the signature is over it. */
  readonly rawBody: unknown;
  readonly headers: IncomingWebhook['headers'];
};

/**
 * Takes it. A repeat does nothing and is answered as the first was.
 * @returns What was done: nothing where it is about nothing of ours.
 * @throws {NotFoundError} There is no such gateway. @throws {WebhookSignatureError} It is not to be believed: nothing is stored.
 * @throws {InvalidStateError} The gateway would have to be asked, and a transaction is open.
 * @throws {GatewayError} What it is about cannot be asked for: nothing is stored, and the gateway sends it again.
 */
export async function takeWebhook(
  scope: Scope,
  { gateway: name, rawBody, headers }: TakeWebhook,
): Promise<{ readonly outcome: 'applied' | 'ignored' | 'flagged' | 'repeated' }> {
  const all = (await scope.ports.gateways?.(scope.tenant.key)) ?? {};
  const gateway = Object.hasOwn(all, name) ? all[name] : undefined;
  if (!gateway) throw new NotFoundError('gateway', name);
  if (typeof rawBody !== 'string' && !(rawBody instanceof Uint8Array))
    throw new WebhookSignatureError(name, 'parsed');
  const event = await gateway.parseWebhook({ rawBody, headers, now: scope.now });
  const payment = await paymentOf(scope, gateway, event);
  const row = payment && (await findPayment(scope, name, payment));
  return scope.transaction(async (scope) => {
    if (!(await keep(scope, { gateway: name, event, row }))) return { outcome: 'repeated' };
    if (event.fact?.kind === 'invoice')
      return takeInvoice(scope, name, { ...event, fact: event.fact });
    if (!row || !payment) return { outcome: 'ignored' };
    const { fact, at } = event;
    const refund = fact?.kind === 'refund' ? fact.refund : undefined;
    const dispute = fact?.kind === 'dispute' ? fact : undefined;
    const word = { payment, refund, dispute, at, by: 'webhook' as const };
    const outcome = await applyPayment(scope, { row, word });
    if (outcome === 'flagged') await storeOutcome(scope, name, { event, outcome });
    return { outcome };
  });
}

async function takeInvoice(
  scope: Scope,
  gateway: string,
  event: GatewayEvent & { readonly fact: InvoiceFact },
): Promise<{ readonly outcome: 'applied' | 'ignored' | 'flagged' }> {
  const outcome = await mirrorInvoice(scope, { gateway, fact: event.fact });
  if (outcome !== 'ignored') await storeOutcome(scope, gateway, { event, outcome });
  return { outcome };
}

/** What it says of a payment; of a refund or a dispute the payment as it is now. */
async function paymentOf(
  scope: Scope,
  gateway: Gateway,
  { fact }: GatewayEvent,
): Promise<GatewayPayment | null> {
  if (!fact || fact.kind === 'invoice') return null;
  if (fact.kind === 'payment') return fact.payment;
  refuseInTransaction(scope);
  return gateway.fetchPayment(fact.payment);
}

/** @returns False: it came before. */
async function keep(
  scope: Scope,
  { gateway, event, row }: { gateway: string; event: GatewayEvent; row: PaymentRow | null },
): Promise<boolean> {
  const made = await scope.maybeOne(
    sql`
    insert into bursar.gateway_events (tenant_id, gateway, id, type, at, received_at, payment_id, outcome)
    values (${scope.tenant.id}::int, ${gateway}::text, ${event.id}::text, ${event.type}::text, ${at(event.at)}::text::timestamptz,
            ${at(scope.now)}::text::timestamptz, ${row?.id ?? null}::text, ${row ? 'applied' : 'ignored'}::text)
    on conflict do nothing
    returning id`,
    (one) => text(one.id),
  );
  return made !== null;
}

async function storeOutcome(
  scope: Scope,
  gateway: string,
  { event, outcome }: { event: GatewayEvent; outcome: 'applied' | 'flagged' },
): Promise<void> {
  await scope.run(sql`
    update bursar.gateway_events set outcome = ${outcome}::text
     where (tenant_id, gateway, id) = (${scope.tenant.id}::int, ${gateway}::text, ${event.id}::text)`);
}
