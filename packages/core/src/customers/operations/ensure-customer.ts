/**
 * Customers come into being with the first command that names them, whoever comes first.
 *
 * A command that changes rights locks the row against all others; one that only spends shares it.
 */
import { json, type Scope, sql } from '../../kernel/index.ts';
import { type CustomerRow, checkCustomerId, readCustomer } from '../customer.ts';
import { CustomerUnknownError } from '../errors.ts';
import { findCustomer } from './find-customer.ts';
import { makeCustomer } from './make-customer.ts';

export type EnsureCustomer = {
  /** The host's id, 1 to 255 characters. */
  readonly customer: string;
  /** Only for one that is new; `user` unless said. */
  readonly kind?: string | undefined;
};

/**
 * The customer, made if no command has named it before; then `customer.created` is announced, once.
 *
 * @throws {ValidationError} Not an id.
 * @throws {CustomerUnknownError} It was erased.
 */
export async function ensureCustomer(scope: Scope, input: EnsureCustomer): Promise<CustomerRow> {
  const customer = checkCustomerId(input.customer);
  const found = await findCustomer(scope, customer);
  if (found) return living(found, customer);
  const made = await makeCustomer(scope, { ...input, customer });
  return made ?? living(await getMade(scope, customer), customer);
}

async function getMade(scope: Scope, customer: string): Promise<CustomerRow> {
  const found = await findCustomer(scope, customer);
  if (!found) throw new CustomerUnknownError(customer);
  return found;
}

/** An error says what the caller knows: the id that was asked for. */
function living(customer: CustomerRow, asked: string): CustomerRow {
  if (customer.erasedAt !== null) throw new CustomerUnknownError(asked);
  return customer;
}

/**
 * The customer, made if need be, with its row locked: `share` for what spends, `update` for what changes rights.
 * Call it inside a transaction, before any other lock.
 *
 * @throws {CustomerUnknownError} It was erased.
 */
export async function lockCustomer(
  scope: Scope,
  input: EnsureCustomer & { readonly mode: 'share' | 'update' },
): Promise<CustomerRow> {
  const { id } = await ensureCustomer(scope, input);
  return living(await lockKnownCustomer(scope, { id, mode: input.mode }), input.customer);
}

/** Locks the row of one who is in the books already, also of one who was erased: what is owed to nobody any more still ends. */
export function lockKnownCustomer(
  scope: Scope,
  { id, mode }: { readonly id: number; readonly mode: 'share' | 'update' },
): Promise<CustomerRow> {
  const strength = mode === 'share' ? sql`for share` : sql`for no key update`;
  return scope.one(
    sql`
    select id, external_id, kind, email, name, locale, time_zone, created_at, updated_at, frozen_at, erased_at
      from bursar.customers
     where (tenant_id, id) = (${scope.tenant.id}::int, ${id}::bigint)
       ${strength}`,
    readCustomer,
  );
}

/** As `lockKnownCustomer`, of several to be changed, in the order of their names: as everybody locks many. */
export function lockKnownCustomers(scope: Scope, ids: readonly number[]): Promise<void> {
  return scope.run(sql`
    select from bursar.customers
     where tenant_id = ${scope.tenant.id}::int
       and id in (select value::bigint from jsonb_array_elements_text(${json(ids)}::text::jsonb) as value)
     order by external_id
       for no key update`);
}
