/**
 * Recomputing the books from their entries, and naming the first row of each kind that is wrong.
 *
 * SQL only, and only reads; one statement, so it sees one moment however busy the database is.
 */
import { document, type Row, type Scope, sql, text } from '../../kernel/index.ts';
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

/** Checks every balance of the tenant. `broken` holds at most one row per rule: the first. */
export async function verify(scope: Scope): Promise<Verdict> {
  const broken = await scope.many(
    sql`
    with ${sources(scope)}, found as (
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
  return { ok: broken.length === 0, broken };
}

function readBroken(row: Row): Broken {
  return { rule: text(row.rule), row: document<Record<string, unknown>>(row.row) };
}
