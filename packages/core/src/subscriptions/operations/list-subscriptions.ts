/** Subscriptions by any filter, ended ones too. */
import { findCustomer } from '../../customers/index.ts';
import {
  at,
  checkLimit,
  decodeMoment,
  integer,
  type Moment,
  type Page,
  pageOf,
  type Scope,
  type Statement,
  sql,
} from '../../kernel/index.ts';
import {
  filterStatement,
  isAmong,
  readFilters,
  type SubscriptionFilters,
} from '../list-filters.ts';
import { selectSubscriptions } from '../queries.ts';
import type { SubscriptionRow } from '../rows.ts';
import { type Subscription, subscriptionOf } from '../subscription.ts';

export type ListSubscriptions = SubscriptionFilters & {
  /** 1 to 100; 20 unless said. */
  limit?: number | undefined;
  cursor?: string | undefined;
  /** Asks for the `total` of all pages too. */
  count?: boolean | undefined;
};

/** `total` is there when it was asked for. */
export type SubscriptionPage = Page<Subscription> & { readonly total?: number };

const list = 'subscriptions';

/** Rows read at once: what is unpaid is computed, so rows are read until the page is full. */
const stride = 101;

/**
 * One page, newest first; of all customers, unless one is named. Writes nothing.
 * @throws {ValidationError} The limit or a filter is none.
 * @throws {CursorError} The cursor is not of this list.
 */
export async function listSubscriptions(
  scope: Scope,
  input: ListSubscriptions = {},
): Promise<SubscriptionPage> {
  readFilters(input, ['limit', 'cursor', 'count']);
  const limit = checkLimit(input.limit);
  const after = decodeMoment(list, input.cursor);
  const customer = input.customer === undefined ? null : await findCustomer(scope, input.customer);
  if (input.customer !== undefined && !customer)
    return { items: [], next: null, ...(input.count && { total: 0 }) };
  const own = customer ? sql`subscription.customer_id = ${customer.id}::bigint` : sql`true`;
  const among = sql`${own} and ${filterStatement(scope, input)}`;
  const found = await readUntil(scope, { input, among, after, enough: limit + 1 });
  const page = pageOf(list, found.slice(0, limit + 1), limit, ({ createdAt, id }) => [
    createdAt.toISOString(),
    id,
  ]);
  const items = page.items.map((row) => subscriptionOf(row, scope.now));
  if (!input.count) return { items, next: page.next };
  return { items, next: page.next, total: await countAll(scope, input, among) };
}

async function readUntil(
  scope: Scope,
  search: { input: ListSubscriptions; among: Statement; after: Moment | null; enough: number },
): Promise<SubscriptionRow[]> {
  const found: SubscriptionRow[] = [];
  let { after } = search;
  for (;;) {
    const where = sql`${search.among} and ${olderThan(after)}`;
    const rows = await selectSubscriptions(scope, { where, limit: stride });
    found.push(...rows.filter((row) => isAmong(row, search.input, scope.now)));
    const last = rows.at(-1);
    if (found.length >= search.enough || rows.length < stride || !last) return found;
    after = last;
  }
}

/** Counted by SQL where that sees everything, else by reading them all. */
async function countAll(scope: Scope, input: ListSubscriptions, among: Statement): Promise<number> {
  if (scope.ports.paidPeriods) {
    const enough = Number.POSITIVE_INFINITY;
    return (await readUntil(scope, { input, among, after: null, enough })).length;
  }
  return scope.one(
    sql`
    select count(*) as total from bursar.subscriptions as subscription
     where subscription.tenant_id = ${scope.tenant.id}::int and subscription.deleted_at is null and ${among}`,
    (row) => integer(row.total),
  );
}

function olderThan(moment: Moment | null): Statement {
  if (moment === null) return sql`true`;
  const { createdAt, id } = moment;
  return sql`(subscription.created_at, subscription.id) < (${at(createdAt)}::text::timestamptz, ${id}::text)`;
}
