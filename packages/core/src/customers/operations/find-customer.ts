/** Looking a customer up by the host's id. Reads write nothing: nobody is the zero form, or an error, as the caller says. */
import { type Scope, sql } from '../../kernel/index.ts';
import { type CustomerRow, readCustomer } from '../customer.ts';
import { CustomerUnknownError } from '../errors.ts';
import { type ProfileRow, profileColumns, readProfile } from '../profile.ts';

/** The customer, or `null` for one that no command has named, or that was erased. */
export async function findCustomer(scope: Scope, externalId: string): Promise<CustomerRow | null> {
  if (scope.tenant.id === 0) return null;
  return scope.maybeOne(
    sql`
    select id, external_id, kind, email, name, locale, time_zone, created_at, updated_at, frozen_at, erased_at
      from bursar.customers
     where (tenant_id, external_id) = (${scope.tenant.id}::int, ${externalId}::text)`,
    readCustomer,
  );
}

/**
 * The customer.
 * @throws {CustomerUnknownError} No command has named it.
 */
export async function getCustomer(scope: Scope, externalId: string): Promise<CustomerRow> {
  const found = await findCustomer(scope, externalId);
  if (!found) throw new CustomerUnknownError(externalId);
  return found;
}

/** The customer with its profile, or `null`. */
export async function findProfile(scope: Scope, externalId: string): Promise<ProfileRow | null> {
  if (scope.tenant.id === 0) return null;
  return scope.maybeOne(
    sql`
    select ${profileColumns} from bursar.customers
     where (tenant_id, external_id) = (${scope.tenant.id}::int, ${externalId}::text)`,
    readProfile,
  );
}

/**
 * The customer with its profile.
 * @throws {CustomerUnknownError} No command has named it.
 */
export async function getProfile(scope: Scope, externalId: string): Promise<ProfileRow> {
  const found = await findProfile(scope, externalId);
  if (!found) throw new CustomerUnknownError(externalId);
  return found;
}
