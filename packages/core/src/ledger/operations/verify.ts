/**
 * Recomputing the books from their entries, and naming the first row of each kind that is wrong.
 *
 * SQL only, and only reads; one statement, so it sees one moment however busy the database is.
 */
import { at, bigintOrNull, document, type Row, type Scope, sql, text } from '../../kernel/index.ts';
import { balanceRules } from '../proof/balance-rules.ts';
import { entryRules } from '../proof/entry-rules.ts';
import { grantRules, holdRules } from '../proof/grant-rules.ts';
import { sources } from '../proof/sources.ts';

/** One rule that a row breaks. */
export type Broken = {
  /** The rule, as a sentence with underscores. */
  readonly rule: string;
  /** The row: balance, and sequence, grant or hold where there is one. */
  readonly row: Readonly<Record<string, unknown>>;
};

export type Verdict = { readonly ok: boolean; readonly broken: readonly Broken[] };

export type Verify = {
  /** True: only the balances written to since the mark that was kept; all of them where none was. */
  readonly incremental?: boolean | undefined;
  /** True: keeps a mark where the books are right, for the next incremental one. */
  readonly mark?: boolean | undefined;
};

/**
 * Checks the balances of the tenant. `broken` holds at most one row per rule: the first.
 *
 * An incremental one checks each balance that was written to since the mark, with its whole story; damage done behind the
 * kit's back to a balance that was not is found by a full one only.
 */
export async function verify(scope: Scope, input: Verify = {}): Promise<Verdict> {
  // Asked before the books are read: a writer that is open now may be missed by them, and is looked at again next time.
  const horizon = input.mark ? await horizonOf(scope) : null;
  const broken = await findBroken(scope, input.incremental ? await markOf(scope) : null);
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

function findBroken(scope: Scope, since: bigint | null): Promise<Broken[]> {
  return scope.many(
    sql`
    with ${sources(scope, since)}, found as (
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
