/** The spends a give-back may undo, newest first, credits before the quota they were split with. */
import { type Scope, sql } from '../../kernel/index.ts';
import { readUse, type Use } from '../use.ts';

/** No give-back without `of` looks further back than this many spends. */
const LOOK_BACK = 1000;

/** Whose uses: those that `of` names, else those of a unit and of one who used it. */
export type UsesAsked = {
  readonly customerId: number;
  readonly unit: string;
  readonly of: string | undefined;
  readonly usedById: number | null;
};

/**
 * Debits, and captured holds, of a customer on a unit and on the credits that paid for it. A hold that was captured
 * after some of it came back keeps what its story says: the one case that reads further entries.
 * @returns At most 1,000; empty when `of` names nothing of this customer.
 */
export function listUses(
  scope: Scope,
  { customerId, unit, of, usedById }: UsesAsked,
): Promise<Use[]> {
  const named = of === undefined ? null : /^trf_(\d{1,16})_(\d{1,16})$/.exec(of);
  if (of !== undefined && !named) return Promise.resolve([]);
  const balanceId = named ? Number(named[1]) : null;
  const sequence = named ? Number(named[2]) : null;
  return scope.many(
    sql`
    with own as (
      select entry.*, unit.key as unit
        from bursar.balances as balance
        join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
        join bursar.entries as entry on (entry.tenant_id, entry.balance_id) = (balance.tenant_id, balance.id)
       where (balance.tenant_id, balance.customer_id) = (${scope.tenant.id}::int, ${customerId}::bigint)
         and entry.kind in ('debit', 'hold') and (entry.counter is not null or entry.amount = 0)
         and ((${balanceId}::bigint is null and unit.key = ${unit}::text and entry.used_by_id is not distinct from ${usedById}::bigint)
              or (entry.balance_id, entry.sequence) = (${balanceId}::bigint, ${sequence}::bigint))
       order by entry.sequence desc
       limit ${LOOK_BACK}
    ), both_legs as (
      select *, 0 as rank, sequence as place from own
      union all
      select entry.*, unit.key as unit, 1 as rank, own.sequence as place
        from own
        join bursar.entries as entry
          on (entry.tenant_id, entry.balance_id, entry.sequence) = (own.tenant_id, own.counter_balance_id, own.counter_sequence)
        join bursar.balances as balance
          on (balance.tenant_id, balance.id, balance.customer_id) = (entry.tenant_id, entry.balance_id, ${customerId}::bigint)
        join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
    )
    select use.unit, use.balance_id, use.sequence, use.cost, use.feature_id, use.used_by_id, use.reference_type, use.reference_id,
           abs(use.amount) + abs(use.held_amount) as size,
           use.drawn_to - abs(use.amount) - abs(use.held_amount) as from_position, story.moves,
           case when use.kind = 'hold' then coalesce(leg.captured, 0) else abs(use.amount) end as taken,
           coalesce(back.units, 0) as returned
      from both_legs as use
      left join bursar.hold_legs as leg
        on (leg.tenant_id, leg.balance_id, leg.sequence) = (use.tenant_id, use.balance_id, use.sequence)
      left join bursar.returns as back
        on (back.tenant_id, back.balance_id, back.sequence) = (use.tenant_id, use.balance_id, use.sequence)
      left join lateral (
        select jsonb_agg(jsonb_build_array(move.kind, abs(move.amount)) order by move.sequence) as moves
          from bursar.entries as move
         where use.kind = 'hold' and back.units > 0 and move.kind in ('capture', 'give_back', 'reversal')
           and (move.tenant_id, move.balance_id, move.of_sequence) = (use.tenant_id, use.balance_id, use.sequence)
           and move.sequence > use.sequence
      ) as story on true
     order by use.place desc, use.rank desc`,
    readUse,
  );
}
