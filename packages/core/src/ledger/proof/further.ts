/** What other slices keep beside the books, and the entries must agree with: each says its rules, and nothing here knows them. */
import { document, type Scope, type Statement, sql, text } from '../../kernel/index.ts';

/** Rows of `rule` (text) and `row` (jsonb) of one tenant, one for each row that breaks the rule. Only reads. */
export type Proof = (tenant: number) => Statement;

declare module '../../kernel/scope.ts' {
  interface Ports {
    readonly proofs?: readonly Proof[] | undefined;
  }
}

/** The first row of each rule that is broken. */
export async function furtherBroken(
  scope: Scope,
): Promise<{ rule: string; row: Readonly<Record<string, unknown>> }[]> {
  const { proofs = [] } = scope.ports;
  const broken = [];
  for (const proof of proofs)
    broken.push(
      ...(await scope.many(
        sql`
        select distinct on (rule) rule, row from (${proof(scope.tenant.id)}) as found order by rule, row::text`,
        (row) => ({ rule: text(row.rule), row: document<Record<string, unknown>>(row.row) }),
      )),
    );
  return broken;
}
