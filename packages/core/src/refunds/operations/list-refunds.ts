/** Refunds of all orders or some. */
import {
  checkLimit,
  decodeText,
  json,
  type Page,
  pageOf,
  type Scope,
  sql,
  text,
} from '../../kernel/index.ts';
import { type Refund, refundOf } from '../refund.ts';
import { selectRefunds } from '../rows.ts';

export type ListRefunds = {
  /** Left out: of all customers. */
  readonly customer?: string | undefined;
  readonly order?: string | undefined;
  readonly state?: Refund['state'] | undefined;
  /** 1 to 100; 20 unless said. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
};

const list = 'refunds';

/**
 * One page, newest first: what somebody asked for, and what gateways reported. Writes nothing.
 * @throws {CursorError} The cursor is not of this list.
 */
export async function listRefunds(
  scope: Scope,
  { customer, order, state, limit: most, cursor }: ListRefunds = {},
): Promise<Page<Refund>> {
  const limit = checkLimit(most);
  const before = decodeText(list, cursor);
  const rows = await selectRefunds(scope, {
    where: sql`(${before}::text is null or refund.id < ${before}::text)
      and (${order ?? null}::text is null or refund.order_id = ${order ?? null}::text)
      and (${state ?? null}::text is null or refund.state = ${state ?? null}::text)
      and (${customer ?? null}::text is null or exists (
        select from bursar.orders as bought
          join bursar.customers as customer on (customer.tenant_id, customer.id) = (bought.tenant_id, bought.customer_id)
         where (bought.tenant_id, bought.id) = (refund.tenant_id, refund.order_id)
           and customer.external_id = ${customer ?? null}::text))`,
    limit: limit + 1,
  });
  const page = pageOf(list, rows, limit, (row) => [row.id]);
  const currencies = await currenciesOf(
    scope,
    page.items.map((row) => row.order),
  );
  const items = page.items.map((row) => refundOf(scope, row, currencies.get(row.order) ?? ''));
  return { items, next: page.next };
}

async function currenciesOf(
  scope: Scope,
  orders: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = await scope.many(
    sql`
    select id, currency from bursar.orders
     where tenant_id = ${scope.tenant.id}::int
       and id in (select jsonb_array_elements_text(${json(orders)}::text::jsonb))`,
    (row) => [text(row.id), text(row.currency)] as const,
  );
  return new Map(found);
}
