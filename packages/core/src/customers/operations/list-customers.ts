/** The tenant's customers, newest first. */
import {
  checkLimit,
  decodeNumber,
  integer,
  type Page,
  pageOf,
  type Scope,
  type Statement,
  sql,
} from '../../kernel/index.ts';
import { type ProfileRow, profileColumns, readProfile } from '../profile.ts';

export type ListCustomers = {
  readonly kind?: string | undefined;
  /** Found in the id, the name or the e-mail, whatever the case. */
  readonly search?: string | undefined;
  /** 1 to 100; 20 unless said. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  /** Asks for the `total` of all pages too. */
  readonly count?: boolean | undefined;
};

/** `total` is there when it was asked for. */
export type CustomerPage<T = ProfileRow> = Page<T> & { readonly total?: number };

const list = 'customers';

/**
 * A page of customers; erased ones are left out.
 * @throws {CursorError} The cursor is not one of this list.
 */
export async function listCustomers(scope: Scope, input: ListCustomers): Promise<CustomerPage> {
  const limit = checkLimit(input.limit);
  const before = decodeNumber(list, input.cursor) ?? Number.MAX_SAFE_INTEGER;
  const among = amongOf(scope, input);
  const rows = await scope.many(
    sql`
    select ${profileColumns}
      from bursar.customers
     where ${among} and id < ${before}::bigint
     order by id desc
     limit ${limit + 1}::int`,
    readProfile,
  );
  const page = pageOf(list, rows, limit, (row) => [row.id]);
  if (!input.count) return page;
  const total = await scope.one(
    sql`select count(*) as total from bursar.customers where ${among}`,
    (row) => integer(row.total),
  );
  return { ...page, total };
}

/** What is listed at all, whichever page it is on. */
function amongOf(scope: Scope, { kind, search }: ListCustomers): Statement {
  const pattern = search === undefined ? null : `%${search.replace(/[\\%_]/g, '\\$&')}%`;
  return sql`tenant_id = ${scope.tenant.id}::int and erased_at is null
       and (${kind ?? null}::text is null or kind = ${kind ?? null}::text)
       and (${pattern}::text is null or external_id ilike ${pattern}::text or name ilike ${pattern}::text or email ilike ${pattern}::text)`;
}
