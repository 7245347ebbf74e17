/** How much of an order's money went back, for what was done because of it. */
import { flag, integer, type Scope, sql } from '../../kernel/index.ts';
import type { OrderRow } from '../rows.ts';

/**
 * In basis points of its total, rounded down: 10,000 only where all went back. Of an order of nothing to pay all or nothing.
 */
export function refundedBasisPoints(
  { total, refunded }: Pick<OrderRow, 'total' | 'refunded'>,
  isFull: boolean,
): number {
  if (isFull) return 10_000;
  return total > 0 ? Number((BigInt(refunded) * 10_000n) / BigInt(total)) : 0;
}

/**
 * The same of an order, or of the one that a bundled line is of, which no refund changes until the transaction ends; 0 where there
 * is none. Belongs after the locks of customers.
 */
export async function lockRefundedShare(scope: Scope, order: string): Promise<number> {
  const found = await scope.maybeOne(
    sql`
    select root.total, root.refunded, root.status = 'refunded' as is_full
      from bursar.orders as root
     where (root.tenant_id, root.id) = (
             select line.tenant_id, coalesce(line.parent_id, line.id) from bursar.orders as line
              where (line.tenant_id, line.id) = (${scope.tenant.id}::int, ${order}::text))
       for share`,
    (row) => ({
      total: integer(row.total),
      refunded: integer(row.refunded),
      isFull: flag(row.is_full),
    }),
  );
  if (!found) return 0;
  return refundedBasisPoints(
    found,
    found.isFull || (found.total > 0 && found.refunded === found.total),
  );
}
