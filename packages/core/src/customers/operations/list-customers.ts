/** The tenant's customers, newest first. */
import {
  checkLimit,
  decodeNumber,
  type Page,
  pageOf,
  type Scope,
  sql,
} from '../../kernel/index.ts';
import { type CustomerRow, readCustomer } from '../customer.ts';

export type ListCustomers = {
  readonly kind?: string | undefined;
  /** Found in the id, the name or the e-mail, whatever the case. */
  readonly search?: string | undefined;
  /** 1 to 100; 20 unless said. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
};

const list = 'customers';

/**
 * A page of customers; erased ones are left out.
 * @throws {CursorError} The cursor is not one of this list.
 */
export async function listCustomers(
  scope: Scope,
  input: ListCustomers,
): Promise<Page<CustomerRow>> {
  const limit = checkLimit(input.limit);
  const before = decodeNumber(list, input.cursor) ?? Number.MAX_SAFE_INTEGER;
  const pattern =
    input.search === undefined ? null : `%${input.search.replace(/[\\%_]/g, '\\$&')}%`;
  const rows = await scope.many(
    sql`
    select id, external_id, kind, email, name, locale, time_zone, created_at, updated_at, frozen_at, erased_at
      from bursar.customers
     where tenant_id = ${scope.tenant.id}::int and id < ${before}::bigint and erased_at is null
       and (${input.kind ?? null}::text is null or kind = ${input.kind ?? null}::text)
       and (${pattern}::text is null or external_id ilike ${pattern}::text or name ilike ${pattern}::text or email ilike ${pattern}::text)
     order by id desc
     limit ${limit + 1}::int`,
    readCustomer,
  );
  return pageOf(list, rows, limit, (row) => [row.id]);
}
