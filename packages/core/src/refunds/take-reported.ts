/** Taking for what went back of a payment, and nobody here asked for. */
import { integer, newId, type Scope, sql } from '../kernel/index.ts';
import type { GatewayRefund } from '../orders/index.ts';
import { type PaymentRow, partsOf } from '../payments/index.ts';
import { flagRefund } from './flag-refund.ts';
import { standingOf } from './order-lots.ts';
import { type RefundRow, storeRefund } from './rows.ts';
import { shareOf } from './share.ts';
import { takeNow } from './take-now.ts';

/**
 * Takes what it stands for.
 * @param back.sent Above zero: what went back beyond all that is known of.
 */
export async function takeReported(
  scope: Scope,
  payment: PaymentRow,
  { sent, refund }: { readonly sent: number; readonly refund?: GatewayRefund | undefined },
): Promise<void> {
  const standing = await standingOf(scope, payment.order);
  const { root } = standing.tree;
  const amount = Math.min(sent, root.total - root.refunded - root.refunding);
  const { takes, outstanding, takesAll } = await shareOf(scope, standing, amount);
  const isNamed =
    refund !== undefined && refund.state !== 'failed' && partsOf(payment, refund.sum) === sent;
  const row: RefundRow = {
    ...{ id: newId('rfd'), order: root.id, payment: payment.id, source: 'reported' },
    ...{ target: 'gateway', amount, sent, state: 'succeeded', attempts: 0 },
    ...{ externalId: isNamed ? refund.id : null, lots: [], outstanding, takesAll, failure: null },
    ...{ createdAt: scope.now, endedAt: scope.now },
  };
  if (amount > 0) await takeNow(scope, standing, { row, takes });
  else await storeRefund(scope, row);
  // Some of it was given back elsewhere before.
  if (amount < sent) await flagRefund(scope, { root, row, because: 'refunded_twice' });
}

/** What is known to have left the gateway. One that failed there may have been counted; one it refused was not. */
export function knownOf(scope: Scope, { id }: PaymentRow): Promise<number> {
  return scope.one(
    sql`
    select coalesce(sum(sent), 0)::bigint as sent from bursar.refunds
     where (tenant_id, payment_id) = (${scope.tenant.id}::int, ${id}::text)
       and (state <> 'failed' or external_id is not null)`,
    (row) => integer(row.sent),
  );
}
