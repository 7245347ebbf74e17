/** The two ends of a refund that a gateway was asked for: the money went, or it did not. Each once, in one transaction. */
import { type Scope, sql } from '../../kernel/index.ts';
import { type GatewayRefund, lockOrder } from '../../orders/index.ts';
import { paymentById } from '../../payments/index.ts';
import { applyRefund } from '../apply-refund.ts';
import { bringForward } from '../bring-forward.ts';
import { flagRefund } from '../flag-refund.ts';
import { letGo, takeLots } from '../kept-lots.ts';
import { type Standing, standingOf } from '../order-lots.ts';
import { endRefund, findRefund, type RefundRow, selectRefunds, storeRefund } from '../rows.ts';

export type RefundEnd = {
  readonly refund: string;
  /** What the gateway calls it. */
  readonly externalId: string | null;
};

/** The money went: takes what was set aside, and moves the order. One that has ended stays as it is. */
export function settleRefund(scope: Scope, { refund, externalId }: RefundEnd): Promise<void> {
  return endOnce(scope, refund, async (inner, row, standing) => {
    const of = { customer: standing.customer, reference: { type: 'refund', id: row.id } };
    const lots = await takeLots(inner, of, { lots: row.lots, all: row.takesAll });
    const ended = await endRefund(inner, row, {
      ...{ state: 'succeeded', lots, externalId, failure: null },
    });
    await applyRefund(inner, { standing, row: ended, wasPending: true, isUnused: false });
  });
}

/**
 * No money went: everything is as it was before. One that has ended stays as it is.
 * @param end.attempt Given, another attempt since then keeps it pending: that one knows more.
 */
export function failRefund(
  scope: Scope,
  {
    refund,
    failure,
    attempt,
    externalId,
  }: RefundEnd & { readonly failure: string; readonly attempt?: number | undefined },
): Promise<void> {
  return endOnce(scope, refund, async (inner, row, { customer }) => {
    if (attempt !== undefined && row.attempts !== attempt) return;
    await letGo(inner, { customer, reference: { type: 'refund', id: row.id } }, row.lots);
    const lots = row.lots.map((lot) => ({ ...lot, hold: null }));
    await endRefund(inner, row, { state: 'failed', lots, externalId, failure });
    await inner.run(sql`
      update bursar.orders set refunding = refunding - ${row.amount}::bigint
       where (tenant_id, id) = (${inner.tenant.id}::int, ${row.order}::text)`);
  });
}

/**
 * Ends the one that a gateway names, as it says. One that had ended well, and failed after all, stays as it is and is flagged: its
 * units are gone, and an operator decides what becomes of the money.
 */
export async function endNamed(
  scope: Scope,
  { payment, refund }: { readonly payment: string; readonly refund: GatewayRefund },
): Promise<void> {
  const { id: externalId, state } = refund;
  if (state === 'pending') return;
  const [row] = await selectRefunds(scope, {
    where: sql`refund.payment_id = ${payment}::text and refund.external_id = ${externalId}::text
               and refund.source <> 'dispute'`,
    limit: 1,
  });
  if (row?.state === 'succeeded' && state === 'failed' && row.failure === null) {
    const { root } = await lockOrder(scope, row.order);
    await storeRefund(scope, { ...row, failure: 'gateway_refused' });
    await flagRefund(scope, { root, row, because: 'refund_failed' });
  }
  if (row?.state !== 'pending') return;
  if (state === 'succeeded') await settleRefund(scope, { refund: row.id, externalId });
  else await failRefund(scope, { refund: row.id, externalId, failure: 'gateway_refused' });
}

/** Under the order's locks, which every change of its refunds holds. */
function endOnce(
  scope: Scope,
  refund: string,
  end: (inner: Scope, row: RefundRow, standing: Standing) => Promise<void>,
): Promise<void> {
  return scope.transaction(async (inner) => {
    const found = await findRefund(inner, refund);
    if (found?.state !== 'pending') return;
    const standing = await standingOf(inner, found.order);
    const row = await findRefund(inner, refund, { lock: true });
    if (row?.state !== 'pending') return;
    await end(inner, row, standing);
    // What the gateway told meanwhile could have been this one.
    const payment = row.payment === null ? null : await paymentById(inner, row.payment);
    if (payment) await bringForward(inner, payment, { isAgain: true });
  });
}
