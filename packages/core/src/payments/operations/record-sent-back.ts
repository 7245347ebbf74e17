/** Keeping that what could not be taken went back. */
import { at, type Scope, sql } from '../../kernel/index.ts';
import { type GatewayRefund, lockOrder, recordStep } from '../../orders/index.ts';
import type { PaymentRow } from '../payment.ts';

/** Writes it into the payment and the order's history; the order itself stays as it is. */
export async function recordSentBack(
  scope: Scope,
  { row, refund }: { row: PaymentRow; refund: GatewayRefund },
): Promise<void> {
  const { root } = await lockOrder(scope, row.order);
  await scope.run(sql`
    update bursar.payments
       set refunded = amount, updated_at = ${at(scope.now)}::text::timestamptz
     where (tenant_id, id) = (${scope.tenant.id}::int, ${row.id}::text)`);
  await recordStep(scope, {
    ...{ order: root.id, status: 'inconsistent', message: 'a payment was sent back' },
    payload: { payment: row.id, refund: refund.id, state: refund.state },
  });
}
