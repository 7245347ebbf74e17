/** What the rules are checked on: every row of the tenant's books once, with the row before it and the sums that rows keep. */
import { type Scope, type Statement, sql } from '../../kernel/index.ts';

/** Balances from one id to another, each with its whole story. */
export type Slice = {
  readonly from: number;
  readonly to: number;
  /** Of these, only what this writer or a later one has written to; `null` is all. */
  readonly since: bigint | null;
};

/** The common table expressions that all rules read, of one slice. */
export function sources(scope: Scope, { from, to, since }: Slice): Statement {
  const tenant = scope.tenant.id;
  const inSlice = sql`between ${from}::bigint and ${to}::bigint`;
  const isMeant =
    since === null ? sql`balance_id ${inSlice}` : sql`balance_id in (select id from b)`;
  return sql`
    b as materialized (
      select balance.*, feature.kind is not distinct from 'gauge' as gauge
        from bursar.balances as balance
        join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
        left join bursar.features as feature on (feature.tenant_id, feature.key) = (unit.tenant_id, unit.key)
       where balance.tenant_id = ${tenant}::int and balance.id ${inSlice}
         and (${since}::bigint is null or balance.id in (
           select balance_id from bursar.entries where tenant_id = ${tenant}::int and xid >= ${since}::bigint))
    ), e as materialized (
      select entry.*, b.gauge,
             lag(entry.settled_after, 1, 0::bigint) over story as settled_before,
             lag(entry.held_after, 1, 0::bigint) over story as held_before,
             lag(entry.drawn_to, 1, 0::bigint) over story as drawn_before,
             lag(entry.sequence, 1, 0::bigint) over story as sequence_before,
             lag(entry.happened_at) over story as happened_before
        from bursar.entries as entry
        join b on b.id = entry.balance_id
       where entry.tenant_id = ${tenant}::int and entry.${isMeant}
      window story as (partition by entry.balance_id order by entry.sequence)
    ), stray as materialized (
      select entry.balance_id, entry.sequence
        from bursar.entries as entry left join b on b.id = entry.balance_id
       where entry.tenant_id = ${tenant}::int and entry.balance_id ${inSlice} and b.id is null and ${since}::bigint is null
    ), d as materialized (
      select draw.*, lag(to_position, 1, 0::bigint) over (partition by balance_id order by from_position) as to_before
        from bursar.draws as draw where draw.tenant_id = ${tenant}::int and ${isMeant}
    ), leg as materialized (
      select * from bursar.hold_legs where tenant_id = ${tenant}::int and ${isMeant}
    ), g as materialized (
      select * from bursar.grants where tenant_id = ${tenant}::int and ${isMeant}
    ), back as materialized (
      select * from bursar.returns where tenant_id = ${tenant}::int and ${isMeant}
    ), of_balance as materialized (
      select balance_id, sum(amount) as amount, sum(held_amount) as held_amount, max(sequence) as sequence, max(drawn_to) as drawn
        from e group by balance_id
    ), of_grant as materialized (
      select balance_id, grant_id,
             coalesce(sum(0 - amount) filter (where kind in ('expiry', 'void', 'reversal')), 0) as removed,
             coalesce(sum(amount) filter (where kind in ('credit', 'adjustment')), 0) as brought
        from e where grant_id is not null group by balance_id, grant_id
    ), of_entry as materialized (
      select balance_id, of_sequence,
             coalesce(sum(0 - amount) filter (where kind = 'capture'), 0) as captured,
             coalesce(sum(0 - held_amount) filter (where kind = 'release'), 0) as released,
             coalesce(sum(abs(amount)) filter (where kind in ('give_back', 'reversal')), 0) as returned
        from e where of_sequence is not null group by balance_id, of_sequence
    ), drawn_by as materialized (
      select grant_id, sum(to_position - from_position) as units from d group by grant_id
    )`;
}
