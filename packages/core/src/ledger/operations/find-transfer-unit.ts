/** What a transfer moved, by its name: so that a spend can be given back by that name alone. */
import { type Scope, sql, text } from '../../kernel/index.ts';

/** The unit of the transfer; `null` if it is no transfer of this customer's. */
export function findTransferUnit(
  scope: Scope,
  { customer, transfer }: { customer: string; transfer: string },
): Promise<string | null> {
  const named = /^trf_(\d{1,15})_(\d{1,15})$/.exec(transfer);
  if (!named) return Promise.resolve(null);
  return scope.maybeOne(
    sql`
    select unit.key
      from bursar.entries as entry
      join bursar.balances as balance on (balance.tenant_id, balance.id) = (entry.tenant_id, entry.balance_id)
      join bursar.customers as customer
        on (customer.tenant_id, customer.id) = (balance.tenant_id, balance.customer_id)
       and customer.external_id = ${customer}::text
      join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
     where (entry.tenant_id, entry.balance_id, entry.sequence)
         = (${scope.tenant.id}::int, ${named[1] ?? ''}::text::bigint, ${named[2] ?? ''}::text::bigint)`,
    (row) => text(row.key),
  );
}
