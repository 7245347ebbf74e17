/** Telling holds that keep what an order granted from those that whoever placed them may move. */
import { flag, type Scope, sql } from '../../kernel/index.ts';

/** True for a hold of a refund that is on its way: only what becomes of that may release it. */
export function isHeldForRefund(scope: Scope, hold: string): Promise<boolean> {
  return scope.one(
    sql`
    select exists (
      select from bursar.holds as held
        join bursar.orders as bought on (bought.tenant_id, bought.customer_id) = (held.tenant_id, held.customer_id)
        join bursar.refunds as refund on (refund.tenant_id, refund.order_id) = (bought.tenant_id, bought.id)
       where (held.tenant_id, held.id) = (${scope.tenant.id}::int, ${hold}::text)
         and refund.state = 'pending' and refund.lots @> jsonb_build_array(jsonb_build_object('hold', held.id))) as is_held`,
    (row) => flag(row.is_held),
  );
}
