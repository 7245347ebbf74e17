/** What is left of each bought line: of the very lots it granted, as the ledger's own order of spending has it. */
import { integer, type Scope, sql, text } from '../kernel/index.ts';
import { grantName, readBalance } from '../ledger/index.ts';
import type { OrderRow } from './rows.ts';
import { isHeld, statusAt } from './status.ts';

/** The customer's balances in the units that its lines grant. */
export type Balances = ReadonlyMap<string, Awaited<ReturnType<typeof readBalance>>>;

/** Reads the balances of all units that these lines grant. */
export async function balancesOf(
  scope: Scope,
  customer: string,
  rows: readonly OrderRow[],
): Promise<Balances> {
  const units = [...new Set(rows.flatMap(({ grants }) => Object.keys(grants)))].sort();
  const balances = new Map();
  for (const unit of units) balances.set(unit, await readBalance(scope, { customer, unit }));
  return balances;
}

/** The lot that each line granted, by `order/unit`. Lots are found by the key they were credited under: the order's id. */
export async function lotsOf(
  scope: Scope,
  customerId: number,
  rows: readonly OrderRow[],
): Promise<ReadonlyMap<string, string>> {
  const ids = JSON.stringify(rows.map(({ id }) => id));
  const lots = await scope.many(
    sql`
    select entry.key as order_id, unit.key as unit, entry.grant_id
      from bursar.balances as balance
      join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
      join bursar.entries as entry on (entry.tenant_id, entry.balance_id) = (balance.tenant_id, balance.id)
     where (balance.tenant_id, balance.customer_id) = (${scope.tenant.id}::int, ${customerId}::bigint)
       and entry.grant_id is not null
       and entry.key in (select jsonb_array_elements_text(${ids}::text::jsonb))
     order by entry.key_attempt
     limit 100000`,
    (row) => [`${text(row.order_id)}/${text(row.unit)}`, grantName(integer(row.grant_id))] as const,
  );
  return new Map(lots);
}

/** As `lotsOf`, by the numbers of the grants. */
export async function grantsOf(
  scope: Scope,
  customerId: number,
  rows: readonly OrderRow[],
): Promise<ReadonlyMap<string, number>> {
  const named = await lotsOf(scope, customerId, rows);
  return new Map([...named].map(([line, name]) => [line, Number(name.replace('grt_', ''))]));
}

/** What is left of one unit of a line, of a lot that is still to begin all of it; `null`: the lot is over. */
export function leftOf(
  scope: Scope,
  { row, unit, granted }: { row: OrderRow; unit: string; granted: number },
  { balances, lots }: { balances: Balances; lots: ReadonlyMap<string, string> },
): number | null {
  if (!isHeld(statusAt(row, scope.now))) return null;
  const lot = lots.get(`${row.id}/${unit}`);
  const open = balances.get(unit)?.grants.find(({ id }) => id === lot);
  if (open) return open.remaining;
  const waits = row.notBeforeStart && row.startsAt !== null && row.startsAt > scope.now;
  return waits ? granted : null;
}
