/** What stands around a customer: its sponsor above, and below it whom it invited, counted by level. */
import { findCustomer } from '../../customers/index.ts';
import {
  checkLimit,
  decodeNumber,
  instant,
  integer,
  type Page,
  pageOf,
  type Scope,
  sql,
  text,
} from '../../kernel/index.ts';
import { getSetting } from '../../settings/index.ts';
import { findCode } from './give-code.ts';

export type FindTree = {
  readonly customer: string;
  /** 1 to 100; 20 unless said. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
};

/** Somebody whom the customer invited itself. */
export type Referral = {
  readonly customer: string;
  readonly attachedAt: Date;
  /** How many these invited themselves. */
  readonly referrals: number;
};

export type Tree = {
  readonly customer: string;
  /** Null until it is first asked for. */
  readonly code: string | null;
  readonly sponsor: string | null;
  /** Everybody below, down to the last level. */
  readonly total: number;
  /** From 1 to the setting `referrals.maxLevels`; empty ones too. */
  readonly levels: readonly { readonly level: number; readonly count: number }[];
  /** Its own, newest first. */
  readonly referrals: Page<Referral>;
};

const list = 'referrals';

/**
 * The tree around the customer; of nobody known, an empty one. Writes nothing.
 * @throws {CursorError} The cursor is not one of this list.
 */
export async function findTree(scope: Scope, input: FindTree): Promise<Tree> {
  const { customer } = input;
  const limit = checkLimit(input.limit);
  const before = decodeNumber(list, input.cursor);
  const depth = Number(await getSetting(scope, 'referrals.maxLevels'));
  const row = await findCustomer(scope, customer);
  const id = row?.id ?? 0;
  const levels = await countLevels(scope, id, depth);
  return {
    customer,
    code: await findCode(scope, id),
    sponsor: await findSponsorName(scope, id),
    total: levels.reduce((sum, { count }) => sum + count, 0),
    levels,
    referrals: await listOwn(scope, id, { limit, before }),
  };
}

async function countLevels(scope: Scope, customerId: number, depth: number) {
  const tenant = scope.tenant.id;
  return scope.many(
    sql`
    with recursive below as (
      select customer_id, 1 as level from bursar.referrals
       where (tenant_id, sponsor_id) = (${tenant}::int, ${customerId}::bigint)
      union all
      select next.customer_id, below.level + 1
        from below
        join bursar.referrals as next on (next.tenant_id, next.sponsor_id) = (${tenant}::int, below.customer_id)
       where below.level < ${depth}::int
    )
    select one.level, count(below.customer_id) as count
      from generate_series(1, ${depth}::int) as one (level)
      left join below on below.level = one.level
     group by one.level
     order by one.level`,
    (row) => ({ level: integer(row.level), count: integer(row.count) }),
  );
}

function findSponsorName(scope: Scope, customerId: number): Promise<string | null> {
  return scope.maybeOne(
    sql`
    select sponsor.external_id
      from bursar.referrals as own
      join bursar.customers as sponsor on (sponsor.tenant_id, sponsor.id) = (own.tenant_id, own.sponsor_id)
     where (own.tenant_id, own.customer_id) = (${scope.tenant.id}::int, ${customerId}::bigint)`,
    (row) => text(row.external_id),
  );
}

/** The newest customers first: their ids count up, and are an index. */
async function listOwn(
  scope: Scope,
  customerId: number,
  { limit, before }: { limit: number; before: number | null },
): Promise<Page<Referral>> {
  const rows = await scope.many(
    sql`
    select own.customer_id, customer.external_id, own.attached_at,
           (select count(*) from bursar.referrals as next
             where (next.tenant_id, next.sponsor_id) = (own.tenant_id, own.customer_id)) as referrals
      from bursar.referrals as own
      join bursar.customers as customer on (customer.tenant_id, customer.id) = (own.tenant_id, own.customer_id)
     where (own.tenant_id, own.sponsor_id) = (${scope.tenant.id}::int, ${customerId}::bigint)
       and own.customer_id < ${before ?? Number.MAX_SAFE_INTEGER}::bigint
     order by own.customer_id desc
     limit ${limit + 1}::int`,
    (row) => ({
      id: integer(row.customer_id),
      referral: {
        customer: text(row.external_id),
        attachedAt: instant(row.attached_at),
        referrals: integer(row.referrals),
      },
    }),
  );
  const page = pageOf(list, rows, limit, ({ id }) => [id]);
  return { items: page.items.map(({ referral }) => referral), next: page.next };
}

/** Its own code, if it has one, and who invited it. */
export async function findReferral(
  scope: Scope,
  customerId: number,
): Promise<{ code: string | null; sponsor: string | null }> {
  return {
    code: await findCode(scope, customerId),
    sponsor: await findSponsorName(scope, customerId),
  };
}
