/** Whose a referral code is. */
import { integer, type Scope, sql, text } from '../kernel/index.ts';

export type CodeOwner = { readonly id: number; readonly customer: string };

/** The customer with this code, in capitals; null: nobody of this tenant. */
export function findCodeOwner(scope: Scope, code: string): Promise<CodeOwner | null> {
  return scope.maybeOne(
    sql`
    select customer.id, customer.external_id
      from bursar.referral_codes as code
      join bursar.customers as customer on (customer.tenant_id, customer.id) = (code.tenant_id, code.customer_id)
     where (code.tenant_id, code.code) = (${scope.tenant.id}::int, ${code}::text) and customer.erased_at is null`,
    (row) => ({ id: integer(row.id), customer: text(row.external_id) }),
  );
}
