/** What must hold of each withdrawal against the hold that set its money aside, and against its history. */
import { type Statement, sql } from '../kernel/index.ts';

/** A hold moves with its withdrawal and never by itself: `isHeldForWithdrawal` sees to it. */
export function withdrawalProof(tenant: number): Statement {
  return sql`
    with w as (
      select * from bursar.withdrawals where tenant_id = ${tenant}::int
    ), aside as (
      select w.id, sum(leg.amount) as amount, sum(leg.captured) as captured, sum(leg.released) as released,
             bool_or(leg.open) as open, bool_and(unit.key = w.unit and balance.customer_id = w.customer_id) as theirs
        from w
        join bursar.hold_legs as leg on (leg.tenant_id, leg.hold_id) = (w.tenant_id, w.hold_id)
        join bursar.balances as balance on (balance.tenant_id, balance.id) = (leg.tenant_id, leg.balance_id)
        join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
       group by w.id
    ), story as (
      select withdrawal_id as id, count(*) as steps, max(sequence) as last,
             (array_agg(status order by sequence desc))[1] as status
        from bursar.withdrawal_history where tenant_id = ${tenant}::int group by withdrawal_id
    )
    select 'withdrawals_set_aside_what_they_pay' as rule, jsonb_build_object('withdrawal', w.id, 'hold', w.hold_id) as row
      from w left join aside on aside.id = w.id
     where aside.theirs is not true or aside.amount <> w.amount
    union all
    select 'withdrawals_move_their_hold_as_their_status_says', jsonb_build_object('withdrawal', w.id, 'hold', w.hold_id)
      from w join aside on aside.id = w.id
     where (aside.captured, aside.released, aside.open) is distinct from
           case when w.status = 'paid' then (aside.amount, 0::numeric, false)
                when w.status in ('rejected', 'canceled', 'failed') then (0::numeric, aside.amount, false)
                else (0::numeric, 0::numeric, true) end
    union all
    select 'withdrawals_stand_where_their_history_ends', jsonb_build_object('withdrawal', w.id)
      from w left join story on story.id = w.id
     where story.status is distinct from w.status or story.steps <> story.last`;
}
