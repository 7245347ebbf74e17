/** What is in wallets now, summed by unit and source, of balances whose rows tell it; and what withdrawals set aside. */
import { integer, list, type Scope, sql, text, textOrNull } from '../kernel/index.ts';
import { type Told, toldRows } from './wallets.ts';

/** Of one source; the figures of balances themselves come once, under `null`. */
export type Stock = {
  readonly unit: string;
  readonly source: string | null;
  readonly unspent: number;
  readonly waiting: number;
  readonly settled: number;
  readonly held: number;
  readonly uncovered: number;
};

/**
 * Of all balances but those that are told already. What was drawn and has no payer yet is taken from the open lots in the order in which
 * they are spent, as it would be booked.
 */
export function sumStocks(
  scope: Scope,
  { units, told }: { readonly units: readonly string[]; readonly told: readonly Told[] },
): Promise<Stock[]> {
  return scope.many(
    sql`
    with told as materialized (${toldRows(told)}
    ), wallet as materialized (
      select balance.id, unit.key as unit, balance.settled, balance.held, balance.drawn - balance.attributed as lag
        from bursar.balances as balance
        join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
       where balance.tenant_id = ${scope.tenant.id}::int and unit.key = any (${list(units)}::text::text[])
         and not exists (select from told where told.id = balance.id)
    ), stock as materialized (
      select wallet.id, wallet.unit, wallet.lag, g.source, g.free,
             sum(g.free) over (partition by wallet.id order by g.priority, g.expires_at nulls last, g.created_at, g.id) as upto
        from wallet
        join bursar.grants as g on (g.tenant_id, g.balance_id) = (${scope.tenant.id}::int, wallet.id)
       where g.open and g.free > 0
    ), lots as (
      select unit, source, sum(free - least(free, greatest(0, lag - (upto - free)))) as unspent, 0 as waiting
        from stock group by unit, source
      union all
      select wallet.unit, g.source, 0, sum(g.free)
        from wallet
        join bursar.grants as g on (g.tenant_id, g.balance_id) = (${scope.tenant.id}::int, wallet.id)
       where not g.open and g.closed_at is null
       group by wallet.unit, g.source
    )
    select unit, source, sum(unspent) as unspent, sum(waiting) as waiting, 0 as settled, 0 as held, 0 as uncovered
      from lots group by unit, source
    union all
    select wallet.unit, null, 0, 0, sum(wallet.settled), sum(wallet.held),
           sum(greatest(0, wallet.lag - coalesce(full_stock.free, 0)))
      from wallet
      left join (select id, max(upto) as free from stock group by id) as full_stock on full_stock.id = wallet.id
     group by wallet.unit`,
    (row) => ({
      ...{ unit: text(row.unit), source: textOrNull(row.source) },
      ...{ unspent: integer(row.unspent), waiting: integer(row.waiting) },
      ...{ settled: integer(row.settled), held: integer(row.held) },
      uncovered: integer(row.uncovered),
    }),
  );
}

/** By unit: what is set aside for withdrawals that are not over, and how many they are. */
export async function openWithdrawals(
  scope: Scope,
  units: readonly string[],
): Promise<Map<string, { readonly amount: number; readonly count: number }>> {
  const rows = await scope.many(
    sql`
    select unit, sum(amount) as amount, count(*) as count
      from bursar.withdrawals
     where tenant_id = ${scope.tenant.id}::int and status in ('pending', 'approved', 'sending', 'unknown')
       and unit = any (${list(units)}::text::text[])
     group by unit`,
    (row) => [text(row.unit), { amount: integer(row.amount), count: integer(row.count) }] as const,
  );
  return new Map(rows);
}
