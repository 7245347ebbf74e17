/** How much of one offer is bought, where it says that there is an end to it. The customer is locked. */
import { at, integer, type Scope, sql } from '../kernel/index.ts';
import { QuantityLimitError } from './errors.ts';
import type { Sale } from './sale.ts';

/**
 * Makes sure that the order stays within its offer's limit. Free offers are no exception.
 * @throws {QuantityLimitError} It would not.
 */
export async function refuseBeyondLimit(
  scope: Scope,
  customerId: number,
  { root, limit }: Sale,
): Promise<void> {
  if (limit === null) return;
  const { offer, quantity } = root;
  const ordered = limit.per === 'order' ? 0 : await quantityOrdered(scope, customerId, offer);
  if (ordered + quantity > limit.quantity)
    throw new QuantityLimitError({ offer, limit: limit.quantity, ordered, quantity });
}

/** Pieces in the customer's orders, bundled ones too, but for those that were canceled, lapsed or refunded in full. */
async function quantityOrdered(scope: Scope, customerId: number, offer: string): Promise<number> {
  return scope.one(
    sql`
    select coalesce(sum(quantity), 0)::bigint as ordered
      from bursar.orders
     where (tenant_id, customer_id) = (${scope.tenant.id}::int, ${customerId}::bigint)
       and offer = ${offer}::text and offer_version_id is not null and status not in ('canceled', 'refunded')
       and not (status in ('pending', 'refused', 'error') and lapses_at <= ${at(scope.now)}::text::timestamptz)`,
    (row) => integer(row.ordered),
  );
}
