/** A customer's subscriptions, ended ones too. */
import { findCustomer } from '../../customers/index.ts';
import {
  at,
  CursorError,
  checkLimit,
  decodeCursor,
  type Page,
  type Position,
  pageOf,
  type Scope,
  type Statement,
  sql,
} from '../../kernel/index.ts';
import { fault, readText } from '../input.ts';
import { selectSubscriptions } from '../queries.ts';
import type { SubscriptionRow } from '../rows.ts';
import { type SubscriptionStatus, stateAt, statuses } from '../state.ts';
import { type Subscription, subscriptionOf } from '../subscription.ts';

export type ListSubscriptions = {
  customer: string;
  status?: SubscriptionStatus | undefined;
  /** 1 to 100; 20 unless said. */
  limit?: number | undefined;
  cursor?: string | undefined;
};

const list = 'subscriptions';

/** Rows read at once while looking for those of a status. */
const stride = 101;

/**
 * One page, newest first. A status is computed, never stored, so rows are read until the page is full. Writes nothing.
 * @throws {ValidationError} The limit or the status is not one.
 * @throws {CursorError} The cursor is not of this list.
 */
export async function listSubscriptions(
  scope: Scope,
  input: ListSubscriptions,
): Promise<Page<Subscription>> {
  const { status } = input;
  const limit = checkLimit(input.limit);
  if (status !== undefined && !statuses.includes(status))
    throw fault('/status', `must be one of ${statuses.join(', ')}`);
  let after = decodeCursor(list, input.cursor);
  const customer = await findCustomer(scope, readText(input.customer, '/customer'));
  if (!customer) return { items: [], next: null };
  const found: SubscriptionRow[] = [];
  for (;;) {
    const where = sql`subscription.customer_id = ${customer.id}::bigint and ${olderThan(after)}`;
    const rows = await selectSubscriptions(scope, { where, limit: stride });
    found.push(
      ...rows.filter((row) => status === undefined || stateAt(row, scope.now).status === status),
    );
    const last = rows.at(-1);
    if (found.length > limit || rows.length < stride || !last) break;
    after = positionOf(last);
  }
  const page = pageOf(list, found.slice(0, limit + 1), limit, positionOf);
  return { items: page.items.map((row) => subscriptionOf(row, scope.now)), next: page.next };
}

function positionOf(row: SubscriptionRow): Position {
  return [row.createdAt.toISOString(), row.id];
}

function olderThan(position: Position | null): Statement {
  if (position === null) return sql`true`;
  const [createdAt, id] = position;
  const instant = new Date(String(createdAt));
  if (Number.isNaN(instant.getTime()) || typeof id !== 'string') throw new CursorError(list);
  return sql`(subscription.created_at, subscription.id) < (${at(instant)}::text::timestamptz, ${id}::text)`;
}
