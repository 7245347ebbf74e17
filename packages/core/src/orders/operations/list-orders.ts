/** Orders by customer and status. */
import { findCustomer } from '../../customers/index.ts';
import {
  at,
  checkLimit,
  decodeMoment,
  type Moment,
  type Page,
  pageOf,
  type Scope,
  type Statement,
  sql,
} from '../../kernel/index.ts';
import { type Order, orderOf } from '../order.ts';
import { findTrees, selectOrders } from '../rows.ts';
import type { OrderStatus } from '../status.ts';

export type ListOrders = {
  /** Left out: of all customers. */
  readonly customer?: string | undefined;
  readonly status?: OrderStatus | undefined;
  /** 1 to 100; 20 unless said. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
};

const list = 'orders';

/**
 * One page, newest first, each with what was bundled with it. Writes nothing.
 * @throws {CursorError} The cursor is not of this list.
 */
export async function listOrders(scope: Scope, input: ListOrders = {}): Promise<Page<Order>> {
  const limit = checkLimit(input.limit);
  const after = decodeMoment(list, input.cursor);
  const customer = input.customer === undefined ? null : await findCustomer(scope, input.customer);
  if (input.customer !== undefined && !customer) return { items: [], next: null };
  const own = customer ? sql`bought.customer_id = ${customer.id}::bigint` : sql`true`;
  const rows = await selectOrders(scope, {
    where: sql`bought.parent_id is null and ${own} and ${hasStatus(scope, input.status)} and ${olderThan(after)}`,
    limit: limit + 1,
  });
  const page = pageOf(list, rows, limit, (row) => [row.createdAt.toISOString(), row.id]);
  const trees = await findTrees(
    scope,
    page.items.map(({ id }) => id),
  );
  return { items: trees.map((tree) => orderOf(scope, tree)), next: page.next };
}

/** `statusAt` in SQL. */
export function hasStatus(scope: Scope, status: OrderStatus | undefined): Statement {
  if (status === undefined) return sql`true`;
  const now = sql`${at(scope.now)}::text::timestamptz`;
  return sql`
    case when bought.status in ('pending', 'refused', 'error') and bought.lapses_at <= ${now} then 'canceled'
         when bought.status in ('paid', 'partly_refunded') and bought.expires_at <= ${now} then 'expired'
         else bought.status end = ${status}::text`;
}

function olderThan(moment: Moment | null): Statement {
  if (moment === null) return sql`true`;
  const { createdAt, id } = moment;
  return sql`(bought.created_at, bought.id) < (${at(createdAt)}::text::timestamptz, ${id}::text)`;
}
