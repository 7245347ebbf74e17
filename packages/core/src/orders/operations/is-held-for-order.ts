/** Telling holds that pay orders from those that whoever placed them may move. */
import { flag, type Scope, sql } from '../../kernel/index.ts';

/** True for a hold that sets aside what an order costs: only what becomes of that may capture or release it. */
export function isHeldForOrder(scope: Scope, hold: string): Promise<boolean> {
  return scope.one(
    sql`
    select exists (select from bursar.orders
                    where (tenant_id, wallet_hold) = (${scope.tenant.id}::int, ${hold}::text)) as is_held`,
    (row) => flag(row.is_held),
  );
}
