/** From a grant's name to whose it is and on which balance it lies. */
import { type Scope, sql, text } from '../kernel/index.ts';

export type FoundGrant = { readonly id: number; readonly customer: string; readonly unit: string };

/**
 * @param name `grt_<number>`.
 * @returns `null` when there is no such grant.
 */
export async function findGrant(scope: Scope, name: string): Promise<FoundGrant | null> {
  const id = Number(/^grt_(\d{1,16})$/.exec(name)?.[1] ?? 0);
  return scope.maybeOne(
    sql`
    select customer.external_id as customer, unit.key as unit
      from bursar.grants as g
      join bursar.balances as balance on (balance.tenant_id, balance.id) = (g.tenant_id, g.balance_id)
      join bursar.customers as customer on (customer.tenant_id, customer.id) = (balance.tenant_id, balance.customer_id)
      join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
     where (g.tenant_id, g.id) = (${scope.tenant.id}::int, ${id}::bigint)`,
    (row) => ({ id, customer: text(row.customer), unit: text(row.unit) }),
  );
}
