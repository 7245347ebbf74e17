/** Telling holds that belong to withdrawals from those that whoever placed them may move. */
import { flag, type Scope, sql } from '../../kernel/index.ts';

/** True for a hold that a withdrawal sets aside: only its withdrawal may capture or release it. */
export function isHeldForWithdrawal(scope: Scope, hold: string): Promise<boolean> {
  return scope.one(
    sql`
    select exists (select from bursar.withdrawals
                    where (tenant_id, hold_id) = (${scope.tenant.id}::int, ${hold}::text)) as is_held`,
    (row) => flag(row.is_held),
  );
}
