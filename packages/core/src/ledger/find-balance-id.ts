/** From the host's words to the narrow row: which balance a customer has in a unit. It never changes, so it is remembered. */
import { integer, type Scope, sql } from '../kernel/index.ts';

type Whose = { readonly customer: string; readonly unit: string };

/** The surrogate key of a balance if this process knows it, without waiting. */
export function recallBalanceId(scope: Scope, { customer, unit }: Whose): number | undefined {
  return scope.recall<number>(memoryOf({ customer, unit }));
}

function memoryOf({ customer, unit }: Whose): string {
  return `balance/${unit}/${customer}`;
}

/** The surrogate key of a balance, or `null` while nobody has touched it. */
export async function findBalanceId(
  scope: Scope,
  { customer, unit }: Whose,
): Promise<number | null> {
  const memory = memoryOf({ customer, unit });
  const known = scope.recall<number>(memory);
  if (known !== undefined) return known;
  const id = await scope.maybeOne(
    sql`
    select balance.id
      from bursar.customers as customer
      join bursar.units as unit on unit.tenant_id = customer.tenant_id and unit.key = ${unit}::text
      join bursar.balances as balance
        on (balance.tenant_id, balance.customer_id, balance.unit_id) = (customer.tenant_id, customer.id, unit.id)
     where (customer.tenant_id, customer.external_id) = (${scope.tenant.id}::int, ${customer}::text)`,
    (row) => integer(row.id),
  );
  if (id !== null) scope.remember(memory, id);
  return id;
}
