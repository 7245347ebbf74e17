/** Where customers are paid out to: since when each is known, and emptying them. */
import { at, contentHash, instant, integer, json, type Scope, sql } from '../kernel/index.ts';
import type { PayoutDetails } from './rows.ts';

/** Keeps what was named, once. @returns Its row, and when it was first named. Needs the customer's lock. */
export function keepDetails(
  scope: Scope,
  { customerId, method, details }: { customerId: number; method: string; details: PayoutDetails },
): Promise<{ id: number; firstNamedAt: Date }> {
  const fingerprint = contentHash({ method, details });
  return scope.one(
    sql`
    insert into bursar.payout_details (tenant_id, customer_id, fingerprint, details, first_named_at)
    values (${scope.tenant.id}::int, ${customerId}::bigint, ${fingerprint}::text, ${json(details)}::text::jsonb,
            ${at(scope.now)}::text::timestamptz)
    on conflict (tenant_id, customer_id, fingerprint) do update set fingerprint = excluded.fingerprint
    returning id, first_named_at`,
    (row) => ({ id: integer(row.id), firstNamedAt: instant(row.first_named_at) }),
  );
}

/** Empties where a customer was paid out to. The withdrawals stay; nobody can tell where they went. */
export async function erasePayoutDetails(
  scope: Scope,
  { customerId }: { customerId: number },
): Promise<void> {
  await scope.run(sql`
    update bursar.payout_details set details = null, fingerprint = 'erased ' || id
     where (tenant_id, customer_id) = (${scope.tenant.id}::int, ${customerId}::bigint)`);
}
