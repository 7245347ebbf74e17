/** The groups that a customer holds: of its paid purchases that have not expired, bundled ones too. */
import { at, type Scope, sql, text } from '../kernel/index.ts';

/** What unlocks offers now, whether anybody has stored yet what has expired. */
export async function groupsHeld(scope: Scope, customerId: number): Promise<ReadonlySet<string>> {
  const groups = await scope.many(
    sql`
    select distinct bought.offer_group
      from bursar.orders as bought
     where (bought.tenant_id, bought.customer_id) = (${scope.tenant.id}::int, ${customerId}::bigint)
       and bought.offer_group is not null and bought.status in ('paid', 'partly_refunded')
       and coalesce(bought.expires_at, 'infinity') > ${at(scope.now)}::text::timestamptz
     limit 10000`,
    (row) => text(row.offer_group),
  );
  return new Set(groups);
}
