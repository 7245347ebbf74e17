/** The receipt of one paid order. */
import {
  document,
  instant,
  integer,
  NotFoundError,
  type Row,
  type Scope,
  sql,
  text,
  textOrNull,
} from '../../kernel/index.ts';
import { type Receipt, type ReceiptDocument, reviveDocument } from '../receipt.ts';
import type { GetOrder } from './get-order.ts';

/**
 * The receipt as it was issued, whatever has become of the order since; a bundled line has that of its order. Writes nothing.
 * @throws {NotFoundError} There is no such order of this customer, or it has not been paid.
 */
export async function getReceipt(scope: Scope, { order, customer }: GetOrder): Promise<Receipt> {
  const found = await scope.maybeOne(
    sql`
    select receipt.number, receipt.order_id, receipt.issued_at, receipt.document, root.country,
           customer.external_id as customer
      from bursar.orders as bought
      join bursar.receipts as receipt
        on (receipt.tenant_id, receipt.order_id) = (bought.tenant_id, coalesce(bought.parent_id, bought.id))
      join bursar.orders as root on (root.tenant_id, root.id) = (receipt.tenant_id, receipt.order_id)
      join bursar.customers as customer on (customer.tenant_id, customer.id) = (root.tenant_id, root.customer_id)
     where (bought.tenant_id, bought.id) = (${scope.tenant.id}::int, ${order}::text)`,
    readReceipt,
  );
  if (!found || (customer !== undefined && found.customer !== customer))
    throw new NotFoundError('receipt of an order', order);
  return found;
}

function readReceipt(row: Row): Receipt {
  return {
    number: integer(row.number),
    order: text(row.order_id),
    customer: text(row.customer),
    country: textOrNull(row.country),
    issuedAt: instant(row.issued_at),
    ...reviveDocument(document<ReceiptDocument>(row.document)),
  };
}
