/**
 * Asking a gateway for a refund that was committed, outside of any transaction, under a key that stays.
 *
 * Only what certainly was not done fails it; of all else the same call under the same key tells what became of it.
 */
import { integer, type Scope, sql } from '../../kernel/index.ts';
import { GatewayError, type GatewayPayment, GatewayUnavailableError } from '../../orders/index.ts';
import {
  chosenGateway,
  keyOf,
  type PaymentRow,
  partsOf,
  paymentById,
  refuseInTransaction,
} from '../../payments/index.ts';
import { findRefund, type RefundRow } from '../rows.ts';
import { failRefund, settleRefund } from './end-refund.ts';

/**
 * Sends it, and stores what came of it.
 * @returns Whether there is nothing left to ask: false while the gateway itself is waiting.
 * @throws {GatewayError} Not sent, and everything is as before, if its `outcome` is `not_done` and it has failed; else it is asked again.
 */
export async function sendRefund(scope: Scope, id: string): Promise<boolean> {
  refuseInTransaction(scope);
  const row = await begin(scope, id);
  if (!row?.payment) return true;
  const payment = await paymentById(scope, row.payment);
  if (!payment?.externalId) throw new Error(`Payment ${row.payment} was paid and has no name.`);
  const { gateway } = await chosenGateway(scope, { gateway: payment.gateway });
  try {
    const { id: externalId, state } = await gateway.refund({
      ...{ payment: payment.externalId, sum: { ...payment.sum, amount: row.amount } },
      idempotencyKey: keyOf(scope, row.id),
    });
    if (state === 'pending') return keepName(scope, row, externalId);
    if (state === 'succeeded') await settleRefund(scope, { refund: id, externalId });
    else await failRefund(scope, { refund: id, externalId, failure: 'gateway_refused' });
    return true;
  } catch (error) {
    if (!(error instanceof GatewayError) || error.outcome !== 'not_done') throw error;
    if (row.attempts > 1) {
      // Nobody knows of an earlier attempt; whether its money went, the payment tells.
      if (error instanceof GatewayUnavailableError || error.code === 'gateway_authorization')
        throw error;
      const found = await gateway.fetchPayment(payment.externalId);
      return await believe(scope, { row, payment, found });
    }
    const { code: failure } = error;
    await failRefund(scope, { refund: id, externalId: null, failure, attempt: row.attempts });
    throw error;
  }
}

/** Counts the attempt before it is made: who comes later knows that one may have been. */
async function begin(scope: Scope, id: string): Promise<RefundRow | null> {
  const attempts = await scope.maybeOne(
    sql`
    update bursar.refunds set attempts = least(attempts + 1, 30000)
     where (tenant_id, id) = (${scope.tenant.id}::int, ${id}::text) and state = 'pending'
    returning attempts`,
    (row) => integer(row.attempts),
  );
  return attempts === null ? null : findRefund(scope, id);
}

/** The gateway waits itself: a webhook tells how it ends. */
async function keepName(scope: Scope, row: RefundRow, externalId: string): Promise<false> {
  await scope.run(sql`
    update bursar.refunds set external_id = ${externalId}::text
     where (tenant_id, id) = (${scope.tenant.id}::int, ${row.id}::text)`);
  return false;
}

/** More went back than all other refunds of the payment explain: it was ours. */
async function believe(
  scope: Scope,
  { row, payment, found }: { row: RefundRow; payment: PaymentRow; found: GatewayPayment },
): Promise<true> {
  const known = await scope.one(
    sql`
    select coalesce(sum(sent), 0)::bigint as sent from bursar.refunds
     where (tenant_id, payment_id) = (${scope.tenant.id}::int, ${payment.id}::text)
       and state <> 'failed' and id <> ${row.id}::text`,
    (one) => integer(one.sent),
  );
  const back = found.refunded === null ? null : partsOf(payment, found.refunded);
  const end = { refund: row.id, externalId: null };
  if (back !== null && back >= known + row.amount) await settleRefund(scope, end);
  else await failRefund(scope, { ...end, failure: 'gateway_refused' });
  return true;
}
