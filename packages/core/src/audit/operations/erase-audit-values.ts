/** Deleting what audited changes held of a person. The lines stay: that something was changed, when, by whom and why. */
import { type Scope, sql } from '../../kernel/index.ts';

/** Deletes the personal values of all changes of a customer. */
export async function eraseAuditValues(
  scope: Scope,
  { customerId }: { customerId: number },
): Promise<void> {
  await scope.run(sql`
    delete from bursar.audit_values as personal
     using bursar.audit as line
     where (line.tenant_id, line.customer_id) = (${scope.tenant.id}::int, ${customerId}::bigint)
       and (personal.tenant_id, personal.audit_id) = (line.tenant_id, line.id)`);
}
