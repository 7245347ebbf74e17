/** What must hold of each order against what went back of it, and of receipts against their numbers. */
import { type Statement, sql } from '../kernel/index.ts';

/** Of orders, refunds and receipts. */
export function orderProof(tenant: number): Statement {
  return sql`
    with back as (
      select order_id as id, coalesce(sum(amount) filter (where state = 'succeeded'), 0) as refunded,
             coalesce(sum(amount) filter (where state = 'pending'), 0) as refunding
        from bursar.refunds where tenant_id = ${tenant}::int group by order_id
    ), story as (
      select order_id as id, count(*) as steps, max(sequence) as last
        from bursar.order_history where tenant_id = ${tenant}::int group by order_id
    ), numbered as (
      select count(*) as receipts, coalesce(max(number), 0) as last from bursar.receipts where tenant_id = ${tenant}::int
    )
    select 'orders_have_given_back_what_their_refunds_say' as rule, jsonb_build_object('order', bought.id) as row
      from bursar.orders as bought left join back on back.id = bought.id
     where bought.tenant_id = ${tenant}::int
       and (bought.refunded, bought.refunding) is distinct from (coalesce(back.refunded, 0), coalesce(back.refunding, 0))
    union all
    select 'order_histories_have_no_gaps', jsonb_build_object('order', id) from story where steps <> last
    union all
    select 'receipts_are_numbered_without_gaps', jsonb_build_object('receipt', numbered.last)
      from numbered
      left join bursar.receipt_counters as counter on counter.tenant_id = ${tenant}::int
     where numbered.receipts <> numbered.last or coalesce(counter.last, 0) <> numbered.last`;
}
