/** What must hold of each entry and the one before it, of pairs, and of what came back. */
import { type Statement, sql } from '../../kernel/index.ts';

/** The other side of a pair, wherever its balance is: read by its key, since it may be of another slice. */
const pair = sql`left join lateral (
          select other.counter, other.counter_balance_id, other.counter_sequence, other.amount
            from bursar.entries as other
           where (other.tenant_id, other.balance_id, other.sequence) = (e.tenant_id, e.counter_balance_id, e.counter_sequence)
           limit 1
        ) as pair on true`;

export const entryRules: Statement = sql`
      select 'settled_after_runs_on' as rule, balance_id as balance, sequence, null::text as other
        from e where settled_after <> settled_before + amount
      union all
      select 'entries_have_their_balance', balance_id, sequence, null from stray
      union all
      select 'held_after_runs_on', balance_id, sequence, null from e where held_after <> held_before + held_amount
      union all
      select 'sequences_have_no_gap', balance_id, sequence, null from e where sequence <> sequence_before + 1
      union all
      select 'positions_run_on', balance_id, sequence, null from e
       where not gauge
         and drawn_to <> drawn_before + case when kind = 'debit' then 0 - amount when kind = 'hold' then held_amount
                                         when kind in ('adjustment', 'reversal') and grant_id is null then greatest(0 - amount, 0) else 0 end
      union all
      select 'instants_never_go_back', balance_id, sequence, null from e where happened_at < happened_before
      union all
      select 'kinds_move_what_they_say', balance_id, sequence, null from e
       where not gauge
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
      select 'entries_say_what_is_known', balance_id, sequence, null from e
       where kind not in ('credit', 'debit', 'hold', 'release', 'capture', 'expiry', 'void', 'give_back', 'reversal', 'adjustment')
          or counter not in ('issued', 'usage', 'expired', 'sales', 'rewards', 'payout', 'gateway', 'exchange', 'rounding')
          or (counter_balance_id is null) <> (counter_sequence is null)
          or length(key) not between 1 and 512
          or greatest(abs(amount), abs(settled_after)) > 9007199254740991
      union all
      select 'pairs_name_each_other', e.balance_id, e.sequence, null
        from e ${pair}
       where e.counter_balance_id is not null
         and (pair.counter_balance_id, pair.counter_sequence) is distinct from (e.balance_id, e.sequence)
      union all
      select 'transfers_sum_to_zero', e.balance_id, e.sequence, null
        from e ${pair}
       where e.counter_balance_id is not null and e.counter is null and pair.counter is null and e.amount + pair.amount <> 0
      union all
      select 'no_more_came_back_than_was_taken', back.balance_id, back.sequence, null
        from back
        left join e on (e.balance_id, e.sequence) = (back.balance_id, back.sequence)
        left join leg on (leg.balance_id, leg.sequence) = (back.balance_id, back.sequence)
        left join of_entry on (of_entry.balance_id, of_entry.of_sequence) = (back.balance_id, back.sequence)
       where back.units > coalesce(leg.captured, abs(e.amount), 0) or back.units <> coalesce(of_entry.returned, 0)`;
