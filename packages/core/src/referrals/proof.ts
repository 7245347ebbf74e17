/** What must hold of each reward and of each reversal against the entries that paid and took them. */
import { type Statement, sql } from '../kernel/index.ts';

/**
 * Of what waits until it is mature there is no entry yet, and of what an operator took of a reward none of its reversal: both are left
 * out where entries are asked.
 */
export function rewardProof(tenant: number): Statement {
  return sql`
    with r as (
      select reward.*, event.parent_id, event.unit from bursar.rewards as reward
        join bursar.reward_events as event on (event.tenant_id, event.id) = (reward.tenant_id, reward.event_id)
       where reward.tenant_id = ${tenant}::int
    ), entry as (
      select reference_id as event_id, balance.customer_id, unit.key as unit,
             coalesce(sum(entry.amount) filter (where kind = 'credit' and bought.source = 'reward'), 0) as paid,
             coalesce(sum(0 - entry.amount) filter (where kind = 'reversal'), 0) as taken
        from bursar.entries as entry
        join bursar.balances as balance on (balance.tenant_id, balance.id) = (entry.tenant_id, entry.balance_id)
        join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
        left join bursar.grants as bought on (bought.tenant_id, bought.id) = (entry.tenant_id, entry.grant_id)
       where entry.tenant_id = ${tenant}::int and reference_type = 'reward_event'
       group by reference_id, balance.customer_id, unit.key
    ), o as (
      select r.event_id, r.customer_id
        from r
        join bursar.entries as entry on (entry.tenant_id, entry.grant_id) = (r.tenant_id, r.grant_id)
       where r.parent_id is null and entry.kind in ('void', 'reversal')
         and not exists (select from bursar.reward_events as reversal
                          where reversal.tenant_id = r.tenant_id and reversal.parent_id = r.event_id
                            and (entry.reference_type, entry.reference_id) = ('reward_event', reversal.id))
    ), back as (
      select parent_id, customer_id, kind, level, sum(0 - amount) as amount from r
       where parent_id is not null group by parent_id, customer_id, kind, level
    ), of_event as (
      select event_id, parent_id, customer_id, unit, sum(amount) as amount, sum(outstanding + written_off) as missing,
             bool_or(matures_at is not null) as waits
        from r group by event_id, parent_id, customer_id, unit
    )
    select 'rewards_are_paid_by_their_entries' as rule, jsonb_build_object('event', one.event_id, 'customer', customer.external_id) as row
      from of_event as one
      join bursar.customers as customer on (customer.tenant_id, customer.id) = (${tenant}::int, one.customer_id)
      left join entry using (event_id, customer_id, unit)
     where one.parent_id is null and not one.waits and coalesce(entry.paid, 0) <> one.amount
    union all
    select 'reversals_take_what_is_not_missing', jsonb_build_object('event', one.event_id, 'customer', customer.external_id)
      from of_event as one
      join of_event as whole on (whole.event_id, whole.customer_id) = (one.parent_id, one.customer_id)
      join bursar.customers as customer on (customer.tenant_id, customer.id) = (${tenant}::int, one.customer_id)
      left join entry on (entry.event_id, entry.customer_id, entry.unit) = (one.event_id, one.customer_id, one.unit)
     where not whole.waits and coalesce(entry.taken, 0) <> 0 - one.amount - one.missing
       and not exists (select from o where (o.event_id, o.customer_id) = (one.parent_id, one.customer_id))
    union all
    select 'rewards_are_taken_back_up_to_the_whole', jsonb_build_object('event', back.parent_id, 'level', back.level)
      from back left join r on (r.event_id, r.customer_id, r.kind, r.level) = (back.parent_id, back.customer_id, back.kind, back.level)
     where back.amount not between 0 and coalesce(r.amount, -1)
    union all
    select 'reward_events_are_reversed_as_their_reversals_say', jsonb_build_object('event', event.id)
      from bursar.reward_events as event
      left join (select parent_id, sum(reversed_basis_points) as points from bursar.reward_events
                  where tenant_id = ${tenant}::int and parent_id is not null group by parent_id) as said on said.parent_id = event.id
     where event.tenant_id = ${tenant}::int and event.parent_id is null and event.reversed_basis_points <> coalesce(said.points, 0)`;
}
