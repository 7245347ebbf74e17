/** What a draft is made of, as one statement: for one balance, or beside a row for each of many. */
import { type Scope, type Statement, sql } from '../kernel/index.ts';
import { storedValue } from '../settings/index.ts';
import type { BalancePlan } from './plan.ts';

/** The windows in force, and those that roll over into them. */
export function referencesOf({ windows }: BalancePlan): string[] {
  return windows.flatMap((window) =>
    window.rollover ? [window.reference, window.rollover.from] : [window.reference],
  );
}

/** What is to be loaded, each as a value or a column of what stands before it. */
export type DraftLoad = {
  readonly customerId: Statement;
  readonly unitId: Statement;
  /** JSON: draw positions whose payers are needed. */
  readonly stretches: Statement;
  /** Who pays what open holds reserve is needed too. */
  readonly withHeld: Statement;
  readonly now: Statement;
  /** JSON: the references of windows whose grants are needed whatever their state. */
  readonly references: Statement;
  /** When the plan's sub-window began; null without one. */
  readonly since: Statement;
};

/** Balance, grants that count or are asked for, open holds, and the draws a give-back needs: one moment, one row. */
export function draftStatement(scope: Scope, load: DraftLoad): Statement {
  return sql`
    with balance as materialized (
      select * from bursar.balances
       where (tenant_id, customer_id, unit_id) = (${scope.tenant.id}::int, ${load.customerId}, ${load.unitId})
    ), legs as materialized (
      select leg.* from balance
        join bursar.hold_legs as leg on (leg.tenant_id, leg.balance_id) = (balance.tenant_id, balance.id)
       where leg.open
    ), stretches as (
      select "from", "to" from jsonb_to_recordset(${load.stretches}) as stretch ("from" bigint, "to" bigint)
      union all
      select drawn_to - amount, drawn_to from legs
       where ${load.withHeld} or expires_at <= ${load.now}
    ), draws as materialized (
      select distinct draw.* from balance
        join bursar.draws as draw on (draw.tenant_id, draw.balance_id) = (balance.tenant_id, balance.id)
        join stretches on draw.from_position < stretches."to" and draw.to_position > stretches."from"
    ), wanted as (
      select reference from jsonb_array_elements_text(${load.references}) as reference
    ), grants as (
      select g.* from balance
        join bursar.grants as g on (g.tenant_id, g.balance_id) = (balance.tenant_id, balance.id)
       where g.open
      union
      select g.* from balance
        join bursar.grants as g on (g.tenant_id, g.balance_id) = (balance.tenant_id, balance.id)
       where not g.open and g.closed_at is null
      union
      select g.* from balance
       cross join wanted
        join bursar.grants as g on (g.tenant_id, g.balance_id) = (balance.tenant_id, balance.id)
         and g.source in ('plan', 'overage')
         and g.reference >= wanted.reference and g.reference < wanted.reference || '0'
      union
      select g.* from draws
        join bursar.grants as g on (g.tenant_id, g.id) = (draws.tenant_id, draws.grant_id)
    ), underway as (${underway(load.since)}
    )
    select to_jsonb(balance) as balance,
           (select coalesce(jsonb_agg(to_jsonb(grants) order by grants.id), '[]') from grants) as grants,
           (select coalesce(jsonb_agg(to_jsonb(legs) order by legs.sequence), '[]') from legs) as legs,
           (select coalesce(jsonb_agg(to_jsonb(draws) order by draws.from_position), '[]') from draws) as draws,
           (select to_jsonb(underway) from underway) as underway,
           ${storedValue(scope, 'credits.warnAtOrBelow')} as low_at
      from balance`;
}

/**
 * What was drawn in the plan's sub-window, and came back of that, where the row does not tell: it has moved since the
 * sub-window began, and knows another or none.
 */
function underway(since: Statement): Statement {
  return sql`
      select coalesce(before.drawn_to, 0) as "from",
             (select coalesce(sum(case when entry.kind = 'release' then 0 - entry.held_amount else entry.amount end), 0)
                from bursar.entries as entry
               where (entry.tenant_id, entry.balance_id) = (balance.tenant_id, balance.id)
                 and least(entry.sequence, entry.of_sequence) > coalesce(before.sequence, 0) and entry.of_sequence is not null
                 and (entry.kind = 'release' or (entry.kind in ('give_back', 'reversal') and entry.amount > 0))) as returned
        from balance
        left join lateral (
          select entry.sequence, entry.drawn_to
            from bursar.entries as entry
           where (entry.tenant_id, entry.balance_id) = (balance.tenant_id, balance.id) and entry.happened_at < ${since}
           order by entry.sequence desc
           limit 1
        ) as before on true
       where balance.changed_at >= ${since} and balance.cap_since is distinct from ${since}`;
}
