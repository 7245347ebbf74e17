/** Saying that a gateway reported of a refund what does not fit: an operator must look. */
import type { Scope } from '../kernel/index.ts';
import { announceOrder, type OrderRow, recordStep } from '../orders/index.ts';
import type { RefundRow } from './rows.ts';

export type FlagRefund = {
  readonly root: OrderRow;
  readonly row: RefundRow;
  /** More went back than was left of the order; or what went did not arrive. */
  readonly because: 'refunded_twice' | 'refund_failed';
};

/** In the order's history and as news. Its locks are held, and it stays as it is. */
export async function flagRefund(scope: Scope, { root, row, because }: FlagRefund): Promise<void> {
  const { id: refund, source, sent, amount } = row;
  await recordStep(scope, {
    ...{ order: root.id, status: 'inconsistent', message: `a refund does not fit: ${because}` },
    payload: { refund, because, source, sent, amount },
  });
  await announceOrder(scope, root, 'order.inconsistent', { payment: row.payment ?? '', because });
  scope.logger.warn({ order: root.id, refund, because }, 'a refund does not fit its order');
}
