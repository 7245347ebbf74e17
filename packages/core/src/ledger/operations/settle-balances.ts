/** What every command that changes rights calls before and after its change: the books follow in the same transaction. */
import type { CustomerRow } from '../../customers/index.ts';
import { integer, json, type Scope, sql, text } from '../../kernel/index.ts';
import { openBalances } from '../open-balances.ts';
import { writeDraft } from '../write-draft.ts';

export type SettleBalances = {
  readonly customer: CustomerRow;
  readonly units: readonly string[];
  readonly isNewPlan?: boolean | undefined;
};

/**
 * Catches up those of the customer's balances that exist, and books the difference to what the plan says now.
 * A balance nobody has touched needs nothing: its first touch issues what is due.
 *
 * @param input.customer Its row is locked by the caller, `for no key update`.
 * @param input.isNewPlan The change is made: what was remembered of the balances before is old.
 */
export async function settleBalances(
  scope: Scope,
  { customer, units, isNewPlan = false }: SettleBalances,
): Promise<void> {
  const existing = await scope.many(
    sql`
    select balance.id, unit.key
      from bursar.balances as balance
      join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
      join jsonb_array_elements_text(${json([...new Set(units)])}::text::jsonb) as wanted on wanted = unit.key
     where (balance.tenant_id, balance.customer_id) = (${scope.tenant.id}::int, ${customer.id}::bigint)
     order by balance.id`,
    (row) => ({ id: integer(row.id), unit: text(row.key) }),
  );
  if (existing.length === 0) return;
  const opened = await openBalances(
    scope,
    existing.map(({ unit }) => ({ customer, unit })),
  );
  for (const one of opened) await writeDraft(scope, one, isNewPlan);
}
