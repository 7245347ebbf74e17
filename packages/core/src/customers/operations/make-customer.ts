/**
 * Making a customer: its row is its profile, so nobody is without one, whoever comes first.
 *
 * The host's hook and whoever sponsors it act within the same transaction: all of it, or nobody is made.
 */
import { announce } from '../../events/index.ts';
import { at, json, type Scope, sql } from '../../kernel/index.ts';
import { CustomerUnknownError } from '../errors.ts';
import type { KeptFields } from '../kept-fields.ts';
import { type Made, newcomerOf } from '../newcomer.ts';
import { type ProfileRow, profileColumns, readProfile } from '../profile.ts';
import { pseudonymOf } from '../pseudonym.ts';
import { findCustomer } from './find-customer.ts';

export type MakeCustomer = {
  readonly customer: string;
  /** `user` unless said. */
  readonly kind?: string | undefined;
  readonly fields?: KeptFields | undefined;
  /** Goes before what the request sends. */
  readonly referralCode?: string | undefined;
};

declare module '../../kernel/scope.ts' {
  interface Ports {
    /** Gives somebody new its sponsor, in the transaction that made it. */
    readonly sponsorNewcomer?:
      | ((
          scope: Scope,
          newcomer: { customer: string; id: number; code: string | undefined },
        ) => Promise<void>)
      | undefined;
  }
}

/**
 * Makes the customer and announces `customer.created`.
 *
 * @returns Null: somebody else made it first.
 * @throws {CustomerUnknownError} It was erased.
 * @throws {ValidationError} The profile; nobody is made.
 */
export function makeCustomer(scope: Scope, input: MakeCustomer): Promise<ProfileRow | null> {
  const { customer, kind = 'user', fields = {}, referralCode } = input;
  return scope.transaction(async (inner) => {
    if (await findCustomer(inner, pseudonymOf(inner, customer)))
      throw new CustomerUnknownError(customer);
    if (inner.ports.customerRules?.creating && (await isMadeMeanwhile(inner, customer)))
      return null;
    const wanted = await newcomerOf(inner, { customer, kind, fields });
    const made = await insert(inner, customer, wanted);
    if (!made) return null;
    await announce(inner, {
      type: 'customer.created',
      customer,
      subject: { type: 'customer', id: customer },
      data: { customer, kind },
    });
    await inner.ports.sponsorNewcomer?.(inner, { customer, id: made.id, code: referralCode });
    return made;
  });
}

/** The host's hook is asked once for each: whoever makes the same one at the same time waits here. */
async function isMadeMeanwhile(scope: Scope, customer: string): Promise<boolean> {
  const lock = json([scope.tenant.id, 'customer', customer]);
  await scope.run(sql`select pg_advisory_xact_lock(hashtextextended(${lock}::text, 0))`);
  return (await findCustomer(scope, customer)) !== null;
}

function insert(scope: Scope, customer: string, made: Made): Promise<ProfileRow | null> {
  const now = at(scope.now);
  return scope.maybeOne(
    sql`
    insert into bursar.customers (tenant_id, external_id, kind, email, name, locale, time_zone, first_name, last_name, phone, country,
                                  birth_date, avatar_url, email_opt_in, sms_opt_in, discount_basis_points, role, extra, addresses,
                                  created_at, updated_at)
    values (${scope.tenant.id}::int, ${customer}::text, ${made.kind}::text, ${made.email}::text, ${made.name}::text,
            ${made.locale}::text, ${made.timeZone}::text, ${made.firstName}::text, ${made.lastName}::text, ${made.phone}::text,
            ${made.country}::text, ${made.birthDate}::text, ${made.avatarUrl}::text, ${made.emailOptIn}::boolean,
            ${made.smsOptIn}::boolean, ${made.discountBasisPoints}::int, ${made.role}::text, ${json(made.extra)}::text::jsonb,
            ${json(made.addresses)}::text::jsonb, ${now}::text::timestamptz, ${now}::text::timestamptz)
    on conflict (tenant_id, external_id) do nothing
    returning ${profileColumns}`,
    readProfile,
  );
}
