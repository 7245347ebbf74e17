/** How many customers there were, and how many left. */
import { at, integer, type Scope, sql } from '../../kernel/index.ts';
import { type Range, readRange } from '../input.ts';

/**
 * Distinct customers with a subscription that started at or before the range's end and has no end, or one at or after
 * its start. Without a range: those with an active one now. Deleted subscriptions never count (SPEC 16.1).
 */
export async function countCustomers(
  scope: Scope,
  input: Range | Record<string, never> = {},
): Promise<{ customers: number }> {
  const isNow = Object.keys(input).length === 0;
  const { from, until } = isNow ? { from: scope.now, until: scope.now } : readRange(input);
  // Half-open for now, as all windows; both ends belong to a range.
  const isLeft = isNow
    ? sql`ends_at > ${at(from)}::text::timestamptz`
    : sql`greatest(ends_at, starts_at) >= ${at(from)}::text::timestamptz`;
  return scope.one(
    sql`
    select count(distinct customer_id) as customers
      from bursar.subscriptions
     where tenant_id = ${scope.tenant.id}::int and deleted_at is null
       and starts_at <= ${at(until)}::text::timestamptz and (ends_at is null or ${isLeft})`,
    (row) => ({ customers: integer(row.customers) }),
  );
}

/** Distinct customers with a subscription whose end lies in the range, both bounds included (SPEC 16.2). */
export async function countChurned(scope: Scope, input: Range): Promise<{ customers: number }> {
  const { from, until } = readRange(input);
  return scope.one(
    sql`
    select count(distinct customer_id) as customers
      from bursar.subscriptions
     where tenant_id = ${scope.tenant.id}::int and deleted_at is null and ends_at is not null
       and greatest(ends_at, starts_at) between ${at(from)}::text::timestamptz and ${at(until)}::text::timestamptz`,
    (row) => ({ customers: integer(row.customers) }),
  );
}
