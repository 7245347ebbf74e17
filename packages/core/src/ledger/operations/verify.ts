/**
 * Recomputing the books from their entries, and naming the first row of each kind that is wrong.
 *
 * SQL only, and only reads, in one snapshot however busy the database is: slice by slice of the balances, so that no
 * statement takes longer than a statement may.
 */
import {
  at,
  bigintOrNull,
  document,
  integer,
  type Row,
  type Scope,
  sql,
  text,
} from '../../kernel/index.ts';
import { balanceRules } from '../proof/balance-rules.ts';
import { entryRules } from '../proof/entry-rules.ts';
import { furtherBroken } from '../proof/further.ts';
import { grantRules, holdRules } from '../proof/grant-rules.ts';
import { type Slice, sources } from '../proof/sources.ts';

/** One rule that a row breaks. */
export type Broken = {
  /** The rule, as a sentence with underscores. */
  readonly rule: string;
  /** The row: balance, and sequence, grant or hold where there is one; or what else it is of: a withdrawal, an order. */
  readonly row: Readonly<Record<string, unknown>>;
};

export type Verdict = { readonly ok: boolean; readonly broken: readonly Broken[] };

export type Verify = {
  /** True: only the balances written to since the mark that was kept; all of them where none was. */
  readonly incremental?: boolean | undefined;
  /** True: keeps a mark where the books are right, for the next incremental one. */
  readonly mark?: boolean | undefined;
};

/** As many entries go into one slice, or those of one balance if it has more. */
const sliceEntries = 100_000;

/**
 * Checks the balances of the tenant, and withdrawals, rewards and orders against them. `broken` holds at most one row per
 * rule: the first.
 *
 * An incremental one checks each balance that was written to since the mark, with its whole story; damage done behind the
 * kit's back to a balance that was not is found by a full one only, and so is what is wrong with what stands beside the books.
 */
export async function verify(
  scope: Scope,
  input: Verify = {},
  entriesAtOnce: number = sliceEntries,
): Promise<Verdict> {
  // Asked before the books are read: a writer that is open now may be missed by them, and is looked at again next time.
  const horizon = input.mark ? await horizonOf(scope) : null;
  const since = input.incremental ? await markOf(scope) : null;
  const broken = await findBroken(scope, { since, entriesAtOnce });
  const ok = broken.length === 0;
  if (ok && horizon !== null) await keepMark(scope, horizon);
  return { ok, broken };
}

function horizonOf(scope: Scope): Promise<bigint> {
  return scope.one(sql`select pg_snapshot_xmin(pg_current_snapshot())::text as xid`, (row) =>
    BigInt(text(row.xid)),
  );
}

/** `null` without a mark, or with one of another cluster, whose transactions were further on: then all is checked. */
function markOf(scope: Scope): Promise<bigint | null> {
  return scope.maybeOne(
    sql`
    select xid from bursar.verify_marks
     where tenant_id = ${scope.tenant.id}::int and xid <= (pg_snapshot_xmax(pg_current_snapshot())::text)::bigint`,
    (row) => bigintOrNull(row.xid),
  ) as Promise<bigint | null>;
}

async function keepMark(scope: Scope, xid: bigint): Promise<void> {
  await scope.run(sql`
    insert into bursar.verify_marks (tenant_id, xid, at)
    values (${scope.tenant.id}::int, ${xid}::bigint, ${at(scope.now)}::text::timestamptz)
    on conflict (tenant_id) do update set xid = excluded.xid, at = excluded.at`);
}

type Part = { readonly since: bigint | null; readonly entriesAtOnce: number };

async function findBroken(scope: Scope, part: Part): Promise<Broken[]> {
  const first = new Map<string, Broken>();
  await inOneSnapshot(scope, part.since === null, async (inner) => {
    for (const slice of await slicesOf(inner, part)) {
      for (const one of await brokenIn(inner, slice)) {
        if (!first.has(one.rule)) first.set(one.rule, one);
      }
    }
    if (part.since !== null) return;
    for (const one of await furtherBroken(inner)) first.set(one.rule, one);
  });
  return [...first.values()].sort((one, other) => (one.rule < other.rule ? -1 : 1));
}

/**
 * In a transaction of its own; in the host's, with what each of its statements sees.
 * @param isWhole Rows are matched by hashing: for tables that nobody has analyzed yet the planner thinks of a few rows, and
 *   would compare each with each. Of a few balances out of many it is to look up theirs.
 */
function inOneSnapshot(
  scope: Scope,
  isWhole: boolean,
  read: (inner: Scope) => Promise<void>,
): Promise<void> {
  if (scope.inTransaction) return read(scope);
  return scope.transaction(async (inner) => {
    await inner.run(sql`set transaction isolation level repeatable read, read only`);
    if (isWhole) await inner.run(sql`set local enable_nestloop = off`);
    await read(inner);
  });
}

/** From the first id to the last one possible, without a gap: entries whose balance is gone are in a slice too. */
async function slicesOf(scope: Scope, { since, entriesAtOnce }: Part): Promise<Slice[]> {
  const ends = await scope.many(
    sql`
    select max(id) as last
      from (
        select id, div(sum(sequence) over (order by id), ${entriesAtOnce}::bigint) as slice
          from bursar.balances where tenant_id = ${scope.tenant.id}::int
      ) as balance
     group by slice
     order by slice`,
    (row) => integer(row.last),
  );
  const bounds = [...ends.slice(0, -1), Number.MAX_SAFE_INTEGER];
  return bounds.map((to, index) => ({ from: (bounds[index - 1] ?? 0) + 1, to, since }));
}

function brokenIn(scope: Scope, slice: Slice): Promise<Broken[]> {
  return scope.many(
    sql`
    with ${sources(scope, slice)}, found as (
      ${entryRules}
      union all
      ${balanceRules}
      union all
      ${grantRules}
      union all
      ${holdRules}
    )
    select rule, jsonb_strip_nulls(jsonb_build_object('balance', balance, 'sequence', sequence, 'other', other)) as row
      from (select distinct on (rule) * from found order by rule, balance, sequence) as first`,
    readBroken,
  );
}

function readBroken(row: Row): Broken {
  return { rule: text(row.rule), row: document<Record<string, unknown>>(row.row) };
}
