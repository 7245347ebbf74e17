/** What must hold of each grant and of each hold against the entries that made and moved them. */
import { type Statement, sql } from '../../kernel/index.ts';

/** Closed while it waited for its start: it brought nothing, and all of it is removed. */
const neverBegan = sql`(g.closed_at <= g.effective_at and g.removed = g.amount
         and coalesce(of_grant.brought, 0) = 0 and coalesce(of_grant.removed, 0) = 0)`;

export const grantRules: Statement = sql`
      select 'grants_gave_no_more_than_was_drawn' as rule, g.balance_id as balance, null::bigint as sequence, 'grt_' || g.id as other
        from g left join drawn_by on drawn_by.grant_id = g.id
       where g.amount - g.free - g.removed not between 0 and coalesce(drawn_by.units, 0)
      union all
      select 'grants_lost_what_their_entries_say', g.balance_id, null, 'grt_' || g.id
        from g left join of_grant on (of_grant.balance_id, of_grant.grant_id) = (g.balance_id, g.id)
       where g.removed <> coalesce(of_grant.removed, 0) and not ${neverBegan}
      union all
      select 'grants_bring_what_their_entry_says', g.balance_id, null, 'grt_' || g.id
        from g left join of_grant on (of_grant.balance_id, of_grant.grant_id) = (g.balance_id, g.id)
       where g.source not in ('refund', 'transfer', 'exchange') and (g.open or g.removed > 0)
         and g.amount <> coalesce(of_grant.brought, 0) and not ${neverBegan}`;

export const holdRules: Statement = sql`
      select 'captures_are_what_their_entries_say' as rule, leg.balance_id as balance, leg.sequence, leg.hold_id as other
        from leg left join of_entry on (of_entry.balance_id, of_entry.of_sequence) = (leg.balance_id, leg.sequence)
       where leg.captured <> coalesce(of_entry.captured, 0)
      union all
      select 'releases_are_what_their_entries_say', leg.balance_id, leg.sequence, leg.hold_id
        from leg left join of_entry on (of_entry.balance_id, of_entry.of_sequence) = (leg.balance_id, leg.sequence)
       where leg.released <> coalesce(of_entry.released, 0)
      union all
      select 'holds_are_open_while_a_leg_is', leg.balance_id, leg.sequence, hold.id
        from bursar.holds as hold join leg on (leg.tenant_id, leg.hold_id) = (hold.tenant_id, hold.id)
       where leg.open and hold.state in ('captured', 'released')`;
