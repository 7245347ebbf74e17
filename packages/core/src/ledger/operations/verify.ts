/**
 * Recomputing the books from their entries, and naming the first row of each kind that is wrong.
 *
 * SQL only, and only reads; one statement, so it sees one moment however busy the database is.
 */
import { document, type Row, type Scope, type Statement, sql, text } from '../../kernel/index.ts';

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
  const broken = await scope.many(verdicts(scope), readBroken);
  return { ok: broken.length === 0, broken };
}

function readBroken(row: Row): Broken {
  return { rule: text(row.rule), row: document<Record<string, unknown>>(row.row) };
}

function verdicts(scope: Scope): Statement {
  return sql`
    with b as materialized (
      select balance.*, feature.kind is not distinct from 'gauge' as gauge
        from bursar.balances as balance
        join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
        left join bursar.features as feature on (feature.tenant_id, feature.key) = (unit.tenant_id, unit.key)
       where balance.tenant_id = ${scope.tenant.id}::int
    ), e as materialized (
      select entry.*,
             lag(settled_after, 1, 0::bigint) over story as settled_before,
             lag(held_after, 1, 0::bigint) over story as held_before,
             lag(drawn_to, 1, 0::bigint) over story as drawn_before,
             lag(sequence, 1, 0::bigint) over story as sequence_before,
             lag(happened_at) over story as happened_before
        from bursar.entries as entry
       where entry.tenant_id = ${scope.tenant.id}::int
      window story as (partition by balance_id order by sequence)
    ), sums as (
      select balance_id, sum(amount) as amount, sum(held_amount) as held_amount, max(sequence) as sequence, max(drawn_to) as drawn
        from e group by balance_id
    ), d as materialized (
      select draw.*, lag(to_position, 1, 0::bigint) over (partition by balance_id order by from_position) as to_before
        from bursar.draws as draw where draw.tenant_id = ${scope.tenant.id}::int
    ), legs as materialized (
      select * from bursar.hold_legs where tenant_id = ${scope.tenant.id}::int
    ), g as materialized (
      select * from bursar.grants where tenant_id = ${scope.tenant.id}::int
    ), found as (
      select 'settled_is_the_sum_of_its_entries' as rule, b.id as balance, null::bigint as sequence, null::text as other
        from b left join sums on sums.balance_id = b.id where b.settled <> coalesce(sums.amount, 0)
      union all
      select 'held_is_the_sum_of_its_entries', b.id, null, null
        from b left join sums on sums.balance_id = b.id where b.held <> coalesce(sums.held_amount, 0)
      union all
      select 'sequence_is_the_last_entry', b.id, b.sequence, null
        from b left join sums on sums.balance_id = b.id where b.sequence <> coalesce(sums.sequence, 0)
      union all
      select 'drawn_is_the_last_position', b.id, null, null
        from b left join sums on sums.balance_id = b.id where b.drawn <> coalesce(sums.drawn, 0)
      union all
      select 'settled_after_runs_on', balance_id, sequence, null from e where settled_after <> settled_before + amount
      union all
      select 'held_after_runs_on', balance_id, sequence, null from e where held_after <> held_before + held_amount
      union all
      select 'sequences_have_no_gap', balance_id, sequence, null from e where sequence <> sequence_before + 1
      union all
      select 'positions_run_on', balance_id, sequence, null from e
       where not exists (select from b where b.id = e.balance_id and b.gauge)
         and drawn_to <> drawn_before + case kind when 'debit' then 0 - amount when 'hold' then held_amount else 0 end
      union all
      select 'instants_never_go_back', balance_id, sequence, null from e where happened_at < happened_before
      union all
      select 'kinds_move_what_they_say', balance_id, sequence, null from e
       where not exists (select from b where b.id = e.balance_id and b.gauge)
         and case kind when 'credit' then amount <= 0 or held_amount <> 0
                       when 'debit' then amount > 0 or held_amount <> 0
                       when 'hold' then amount <> 0 or held_amount < 0
                       when 'release' then amount <> 0 or held_amount >= 0
                       when 'capture' then amount >= 0 or held_amount <> amount
                       when 'expiry' then amount >= 0 or held_amount <> 0
                       when 'void' then amount >= 0 or held_amount <> 0
                       when 'give_back' then amount <= 0 or held_amount <> 0
                       else false end
      union all
      select 'free_is_what_nobody_has_drawn', b.id, null, null
        from b where not b.gauge
         and (select coalesce(sum(free), 0) from g where g.balance_id = b.id and (g.open or g.closed_at is not null))
             <> b.settled - b.held + b.drawn - b.attributed
      union all
      select 'draws_reach_what_is_attributed', b.id, null, null
        from b where b.attributed <> coalesce((select sum(to_position - from_position) from d where d.balance_id = b.id), 0)
      union all
      select 'draws_have_no_gap_and_no_overlap', balance_id, null, from_position::text from d where from_position <> to_before
      union all
      select 'grants_gave_no_more_than_was_drawn', g.balance_id, null, 'grt_' || g.id
        from g where g.amount - g.free - g.removed < 0 or g.amount - g.free - g.removed >
             coalesce((select sum(to_position - from_position) from d where d.grant_id = g.id), 0)
      union all
      select 'grants_lost_what_their_entries_say', g.balance_id, null, 'grt_' || g.id
        from g where g.removed <> coalesce((
             select sum(0 - e.amount) from e where e.balance_id = g.balance_id and e.grant_id = g.id and e.kind in ('expiry', 'void')), 0)
      union all
      select 'grants_bring_what_their_entry_says', g.balance_id, null, 'grt_' || g.id
        from g where g.source not in ('refund', 'transfer') and g.amount > 0 and (g.open or g.closed_at >= g.effective_at)
         and g.amount <> coalesce((
             select sum(e.amount) from e where e.balance_id = g.balance_id and e.grant_id = g.id and e.kind = 'credit'), 0)
         and not (g.voided_at is not null and g.removed = 0 and g.free = 0)
      union all
      select 'held_is_what_open_holds_reserve', b.id, null, null
        from b where b.held <> coalesce((
             select sum(amount - captured - released) from legs where legs.balance_id = b.id), 0) and not b.gauge
      union all
      select 'captures_are_what_their_entries_say', legs.balance_id, legs.sequence, legs.hold_id
        from legs where legs.captured <> coalesce((
             select sum(0 - e.amount) from e
              where e.balance_id = legs.balance_id and e.of_sequence = legs.sequence and e.kind = 'capture'), 0)
      union all
      select 'releases_are_what_their_entries_say', legs.balance_id, legs.sequence, legs.hold_id
        from legs where legs.released <> coalesce((
             select sum(0 - e.held_amount) from e
              where e.balance_id = legs.balance_id and e.of_sequence = legs.sequence and e.kind = 'release'), 0)
      union all
      select 'holds_are_open_while_a_leg_is', legs.balance_id, null, hold.id
        from bursar.holds as hold join legs on (legs.tenant_id, legs.hold_id) = (hold.tenant_id, hold.id)
       where legs.open and hold.state in ('captured', 'released')
      union all
      select 'parts_add_up_to_the_level', b.id, null, null
        from b where b.gauge and b.settled <> coalesce((
             select sum(units) from bursar.gauge_parts as part where (part.tenant_id, part.balance_id) = (b.tenant_id, b.id)), 0)
      union all
      select 'no_more_came_back_than_was_taken', back.balance_id, back.sequence, null
        from bursar.returns as back
        join e on (e.balance_id, e.sequence) = (back.balance_id, back.sequence)
        left join legs on (legs.balance_id, legs.sequence) = (back.balance_id, back.sequence)
       where back.tenant_id = ${scope.tenant.id}::int
         and (back.units > coalesce(legs.captured, abs(e.amount))
              or back.units <> (select coalesce(sum(one.amount), 0) from e as one
                                 where one.balance_id = back.balance_id and one.of_sequence = back.sequence
                                   and one.kind in ('give_back', 'reversal')))
      union all
      select 'pairs_name_each_other', e.balance_id, e.sequence, null
        from e left join e as pair on (pair.balance_id, pair.sequence) = (e.counter_balance_id, e.counter_sequence)
       where e.counter_balance_id is not null
         and (pair.counter_balance_id, pair.counter_sequence) is distinct from (e.balance_id, e.sequence)
      union all
      select 'transfers_sum_to_zero', e.balance_id, e.sequence, null
        from e join e as pair on (pair.balance_id, pair.sequence) = (e.counter_balance_id, e.counter_sequence)
       where e.counter is null and e.amount + pair.amount <> 0
      union all
      select 'debt_is_what_lies_below_the_floor', b.id, null, null
        from b where not b.gauge and b.debt <> greatest(0, b.floor - (b.settled - b.held))
    )
    select rule, jsonb_strip_nulls(jsonb_build_object('balance', balance, 'sequence', sequence, 'other', other)) as row
      from (select distinct on (rule) * from found order by rule, balance, sequence) as first`;
}
