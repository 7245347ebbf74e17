/** Whom a row may still name that is written later than what it is about. */
import { json, type Scope, sql, text } from '../../kernel/index.ts';
import { pseudonymOf } from '../pseudonym.ts';

/**
 * Those of these host's ids that were not erased, known or not. Needs an open transaction: until it is over none of the known
 * ones can be erased.
 */
export async function leaveOutErased(
  scope: Scope,
  customers: readonly string[],
): Promise<ReadonlySet<string>> {
  const among = (names: readonly string[]) =>
    sql`external_id in (select jsonb_array_elements_text(${json(names)}::text::jsonb))`;
  const living = await scope.many(
    sql`
    select external_id from bursar.customers
     where tenant_id = ${scope.tenant.id}::int and ${among(customers)} and erased_at is null
     order by external_id
       for key share`,
    (row) => text(row.external_id),
  );
  const known = new Set(living);
  const others = customers.filter((name) => !known.has(name));
  if (others.length === 0) return known;
  const pseudonyms = others.map((name) => pseudonymOf(scope, name));
  const erased = await scope.many(
    sql`
    select external_id from bursar.customers
     where tenant_id = ${scope.tenant.id}::int and ${among(pseudonyms)}`,
    (row) => text(row.external_id),
  );
  const gone = new Set(erased);
  return new Set([...living, ...others.filter((name) => !gone.has(pseudonymOf(scope, name)))]);
}
