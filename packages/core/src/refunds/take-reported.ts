/** Taking for what went back of a payment, and nobody here asked for. */
import { integer, newId, type Scope, sql } from '../kernel/index.ts';
import { announceOrder, type GatewayRefund, recordStep } from '../orders/index.ts';
import type { PaymentRow } from '../payments/index.ts';
import { type Standing, standingOf } from './order-lots.ts';
import { insertRefund, type RefundRow, selectRefunds } from './rows.ts';
import { shareOf } from './share.ts';
import { takeNow } from './take-now.ts';

/** More refunds of one order than are ever on their way at once. */
const pendingMax = 1_000;

/** Takes what went back beyond all that is known of. */
export async function takeReported(
  scope: Scope,
  payment: PaymentRow,
  refund?: GatewayRefund | undefined,
): Promise<void> {
  const sent = payment.refunded - (await knownOf(scope, payment));
  if (sent <= 0) return;
  const standing = await standingOf(scope, payment.order);
  const { root } = standing.tree;
  const amount = Math.min(sent, root.total - root.refunded - root.refunding);
  const onTheirWay = await selectRefunds(scope, {
    where: sql`refund.order_id = ${root.id}::text and refund.state = 'pending'`,
    limit: pendingMax,
  });
  const { takes, outstanding, takesAll } = shareOf(standing, { amount, onTheirWay });
  const isNamed = refund !== undefined && refund.state !== 'failed' && refund.sum.amount === sent;
  const row: RefundRow = {
    ...{ id: newId('rfd'), order: root.id, payment: payment.id, source: 'reported' },
    ...{ target: 'gateway', amount, sent, state: 'succeeded', attempts: 0 },
    ...{ externalId: isNamed ? refund.id : null, lots: [], outstanding, takesAll, failure: null },
    ...{ createdAt: scope.now, endedAt: scope.now },
  };
  if (amount > 0) await takeNow(scope, standing, { row, takes });
  else await insertRefund(scope, row);
  if (amount < sent) await flagSurplus(scope, standing, row);
}

/** What is known to have left the gateway. One that failed there may have been counted; one it refused was not. */
function knownOf(scope: Scope, { id }: PaymentRow): Promise<number> {
  return scope.one(
    sql`
    select coalesce(sum(sent), 0)::bigint as sent from bursar.refunds
     where (tenant_id, payment_id) = (${scope.tenant.id}::int, ${id}::text)
       and (state <> 'failed' or external_id is not null)`,
    (row) => integer(row.sent),
  );
}

/** More went back than was left of the order: some of it was given back elsewhere before. */
async function flagSurplus(scope: Scope, { tree: { root } }: Standing, row: RefundRow) {
  const because = 'refunded_twice';
  await recordStep(scope, {
    ...{ order: root.id, status: 'inconsistent', message: 'more went back than was left' },
    payload: { refund: row.id, because, sent: row.sent, amount: row.amount },
  });
  await announceOrder(scope, root, 'order.inconsistent', { payment: row.payment ?? '', because });
}
