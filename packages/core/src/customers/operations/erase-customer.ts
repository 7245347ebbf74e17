/**
 * Taking the person out of a customer: what is known of it is emptied, and a pseudonym stands for its id from now on.
 *
 * Its row stays, since the books point to it. What other slices keep of a person they empty themselves.
 */
import { at, type Scope, sql, text } from '../../kernel/index.ts';
import { type ProfileRow, profileColumns, readProfile } from '../profile.ts';
import { pseudonymOf } from '../pseudonym.ts';

/**
 * Empties the profile and the ids elsewhere, forgets the answers of its commands, and renames it as a customer, as somebody
 * who uses, and as somebody who acts. Needs the customer's lock. The id is refused from then on.
 *
 * @returns The customer under its pseudonym, and what it was known by: its id, e-mail, names, phone and ids elsewhere.
 */
export async function eraseCustomer(
  scope: Scope,
  customer: ProfileRow,
): Promise<{ customer: ProfileRow; words: readonly string[] }> {
  const { id, externalId, kind, email, name } = customer;
  const pseudonym = pseudonymOf(scope, externalId);
  const elsewhere = await scope.many(
    sql`
    delete from bursar.customer_externals where (tenant_id, customer_id) = (${scope.tenant.id}::int, ${id}::bigint)
    returning external_id`,
    (row) => text(row.external_id),
  );
  await scope.run(sql`
    delete from bursar.commands where (tenant_id, scope) = (${scope.tenant.id}::int, ${id}::bigint)`);
  await scope.run(sql`
    update bursar.parties set external_id = ${pseudonym}::text
     where tenant_id = ${scope.tenant.id}::int and external_id = ${externalId}::text
       and kind in ('customer', 'actor', ${kind}::text)`);
  const erased = await scope.one(
    sql`
    update bursar.customers
       set external_id = ${pseudonym}::text, email = null, name = null, locale = null, time_zone = 'UTC', first_name = null,
           last_name = null, phone = null, country = null, birth_date = null, avatar_url = null, email_opt_in = false,
           sms_opt_in = false, discount_basis_points = 0, role = 'customer', extra = '{}', addresses = '{}',
           erased_at = ${at(scope.now)}::text::timestamptz, updated_at = ${at(scope.now)}::text::timestamptz
     where (tenant_id, id) = (${scope.tenant.id}::int, ${id}::bigint)
    returning ${profileColumns}`,
    readProfile,
  );
  const words = [externalId, email, name, ...elsewhere, ...wordsOf(customer)];
  return {
    customer: erased,
    words: words.filter((word) => word !== null && word !== '') as string[],
  };
}

/** Two letters are in every sentence. */
function wordsOf({ firstName, lastName, phone, avatarUrl, addresses }: ProfileRow): string[] {
  const places = Object.values(addresses).flatMap((one) => Object.values(one ?? {}));
  const all = [firstName, lastName, phone, avatarUrl, ...places];
  return all.filter((word) => typeof word === 'string' && word.length > 2) as string[];
}
