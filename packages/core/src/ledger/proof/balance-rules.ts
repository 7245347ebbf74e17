/** What must hold of each balance against its entries, grants, draws, holds and parts. */
import { type Statement, sql } from '../../kernel/index.ts';

export const balanceRules: Statement = sql`
      select 'settled_is_the_sum_of_its_entries' as rule, b.id as balance, null::bigint as sequence, null::text as other
        from b left join of_balance on of_balance.balance_id = b.id where b.settled <> coalesce(of_balance.amount, 0)
      union all
      select 'held_is_the_sum_of_its_entries', b.id, null, null
        from b left join of_balance on of_balance.balance_id = b.id where b.held <> coalesce(of_balance.held_amount, 0)
      union all
      select 'sequence_is_the_last_entry', b.id, b.sequence, null
        from b left join of_balance on of_balance.balance_id = b.id where b.sequence <> coalesce(of_balance.sequence, 0)
      union all
      select 'drawn_is_the_last_position', b.id, null, null
        from b left join of_balance on of_balance.balance_id = b.id where b.drawn <> coalesce(of_balance.drawn, 0)
      union all
      select 'free_is_what_nobody_has_drawn', b.id, null, null
        from b left join (select balance_id, sum(free) as free from g where open or closed_at is not null group by balance_id) as grants
          on grants.balance_id = b.id
       where not b.gauge and coalesce(grants.free, 0) <> b.settled - b.held + b.drawn - b.attributed
      union all
      select 'draws_reach_what_is_attributed', b.id, null, null
        from b left join (select balance_id, sum(to_position - from_position) as units from d group by balance_id) as draws
          on draws.balance_id = b.id
       where b.attributed <> coalesce(draws.units, 0)
      union all
      select 'draws_have_no_gap_and_no_overlap', balance_id, null, from_position::text from d where from_position <> to_before
      union all
      select 'held_is_what_open_holds_reserve', b.id, null, null
        from b left join (select balance_id, sum(amount - captured - released) as units from leg group by balance_id) as holds
          on holds.balance_id = b.id
       where not b.gauge and b.held <> coalesce(holds.units, 0)
      union all
      select 'parts_add_up_to_the_level', b.id, null, null
        from b left join (
          select part.tenant_id, part.balance_id, sum(part.units) as units
            from bursar.gauge_parts as part join b on (b.tenant_id, b.id) = (part.tenant_id, part.balance_id)
           group by part.tenant_id, part.balance_id
        ) as parts on (parts.tenant_id, parts.balance_id) = (b.tenant_id, b.id)
       where b.gauge and b.settled <> coalesce(parts.units, 0)
      union all
      select 'debt_is_what_lies_below_the_floor', b.id, null, null
        from b where not b.gauge and b.debt <> greatest(0, b.floor - (b.settled - b.held))
      union all
      select 'usage_totals_are_what_was_used', mark.balance_id, mark.sequence, mark.since::text
        from (
          select mark.balance_id, mark.since, mark.sequence, coalesce(sum(total.units), 0) as units
            from bursar.usage_marks as mark
            join b on (b.tenant_id, b.id) = (mark.tenant_id, mark.balance_id)
            left join bursar.usage_totals as total
              on (total.tenant_id, total.balance_id, total.since) = (mark.tenant_id, mark.balance_id, mark.since)
           group by mark.balance_id, mark.since, mark.sequence
        ) as mark
        left join (
          select mark.balance_id, mark.since, 0 - sum(e.amount) as units
            from bursar.usage_marks as mark
            join b on (b.tenant_id, b.id) = (mark.tenant_id, mark.balance_id)
            join e on e.balance_id = mark.balance_id and e.sequence <= mark.sequence
            left join e as origin on (origin.balance_id, origin.sequence) = (e.balance_id, e.of_sequence)
           where (e.kind in ('debit', 'capture', 'give_back') or (e.kind = 'reversal' and e.amount > 0))
             and coalesce(origin.happened_at, e.happened_at) >= mark.since
           group by mark.balance_id, mark.since
        ) as uses on (uses.balance_id, uses.since) = (mark.balance_id, mark.since)
       where mark.units <> coalesce(uses.units, 0)
      union all
      select 'figures_stay_within_their_ranges', b.id, null, null
        from b
       where greatest(abs(b.settled), abs(b.drawn), abs(b.floor), abs(b.ceiling), b.held, b.debt) > 9007199254740991
          or least(b.held, b.debt, b.attributed, b.drawn - b.attributed, b.cap_left) < 0
          or num_nulls(b.cap_left, b.cap_max, b.cap_since, b.cap_from, b.cap_returned) not in (0, 5)
      union all
      select 'cap_left_is_what_its_window_leaves', b.id, null, null
        from b where b.cap_left <> greatest(0, b.cap_max - (b.drawn - b.cap_from - b.cap_returned))`;
