/** Making a customer, or changing what is known of one. Nothing given, nothing changed, nothing announced. */
import { announce } from '../../events/index.ts';
import { at, json, type Scope, sql } from '../../kernel/index.ts';
import { addExternals, lockExternals, refuseTaken } from '../externals.ts';
import { type KeptFields, keptFields, mergedAddresses } from '../kept-fields.ts';
import { blankOf, checkRole } from '../newcomer.ts';
import { type ProfileRow, profileColumns, readProfile } from '../profile.ts';
import { changesOf } from '../profile-changes.ts';
import type { ProfileFields, ReadFields } from '../profile-fields.ts';
import { lockCustomer } from './ensure-customer.ts';
import { findCustomer, getCustomer, getProfile } from './find-customer.ts';
import { makeCustomer } from './make-customer.ts';

export type UpsertCustomer = ProfileFields & {
  readonly customer: string;
  readonly kind?: string | undefined;
  /** What other systems call it: `{ stripe: 'cus_123' }`. Systems not named stay. */
  readonly external?: Readonly<Record<string, string>> | undefined;
  /** Of somebody new: whose code brought it, such as a login's state carried. Goes before what the request sends. */
  readonly referralCode?: string | undefined;
};

/** What a change did: the customer as it is now, and each field that is another than before. */
export type CustomerChange = {
  readonly customer: ProfileRow;
  /** By field, `external.stripe` for an id elsewhere; personal, so kept nowhere but where it can be deleted. */
  readonly changed: ReturnType<typeof changesOf>;
};

/**
 * Creates or changes the customer; announces `customer.updated` with the names of what changed.
 *
 * @throws {ExternalTakenError} Another customer has one of the external ids; nothing is written.
 * @throws {ValidationError} A time zone, language, role or extra field that is none; nothing is written.
 */
export async function upsertCustomer(scope: Scope, input: UpsertCustomer): Promise<CustomerChange> {
  const { customer, kind, external = {}, referralCode, ...given } = input;
  const fields = keptFields(scope.ports.customerRules ?? {}, given as ReadFields);
  return scope.transaction(async (inner) => {
    const known = await findCustomer(inner, customer);
    const made = known ? null : await makeCustomer(inner, { customer, kind, fields, referralCode });
    await lockCustomer(inner, { customer, kind, mode: 'update' });
    const before = made ?? (await getProfile(inner, customer));
    await lockExternals(inner, external);
    await refuseTaken(inner, before.id, external);
    const wanted = made ?? wantedOf(inner, before, { kind, fields });
    const changed = changesOf(made ? { ...made, ...blankOf(fields) } : before, wanted);
    const elsewhere = await addExternals(inner, before.id, external);
    const isSame = Object.keys(changed).length === 0;
    if (isSame && Object.keys(elsewhere).length === 0) return { customer: before, changed };
    const after = made ?? (await update(inner, wanted));
    const names = Object.keys(elsewhere).length > 0 ? ['external'] : [];
    await announce(inner, {
      type: 'customer.updated',
      customer,
      subject: { type: 'customer', id: customer },
      data: { customer, changed: [...Object.keys(changed), ...names] },
    });
    return { customer: after, changed: { ...changed, ...elsewhere } };
  });
}

/**
 * As `upsertCustomer`, of a customer that is there.
 * @throws {CustomerUnknownError} No command has named it.
 */
export function updateCustomer(scope: Scope, input: UpsertCustomer): Promise<CustomerChange> {
  return scope.transaction(async (inner) => {
    await getCustomer(inner, input.customer);
    return upsertCustomer(inner, input);
  });
}

/** What is left out stays as it was. */
function wantedOf(
  scope: Scope,
  before: ProfileRow,
  { kind, fields }: { kind: string | undefined; fields: KeptFields },
): ProfileRow {
  return {
    ...before,
    ...fields,
    kind: kind ?? before.kind,
    extra: checkRole(scope, before, fields),
    addresses: mergedAddresses(before.addresses, fields.addresses),
  };
}

function update(scope: Scope, wanted: ProfileRow): Promise<ProfileRow> {
  return scope.one(
    sql`
    update bursar.customers
       set kind = ${wanted.kind}::text, email = ${wanted.email}::text, name = ${wanted.name}::text, locale = ${wanted.locale}::text,
           time_zone = ${wanted.timeZone}::text, first_name = ${wanted.firstName}::text, last_name = ${wanted.lastName}::text,
           phone = ${wanted.phone}::text, country = ${wanted.country}::text, birth_date = ${wanted.birthDate}::text,
           avatar_url = ${wanted.avatarUrl}::text, email_opt_in = ${wanted.emailOptIn}::boolean,
           sms_opt_in = ${wanted.smsOptIn}::boolean, discount_basis_points = ${wanted.discountBasisPoints}::int,
           role = ${wanted.role}::text, extra = ${json(wanted.extra)}::text::jsonb,
           addresses = ${json(wanted.addresses)}::text::jsonb, updated_at = ${at(scope.now)}::text::timestamptz
     where (tenant_id, id) = (${scope.tenant.id}::int, ${wanted.id}::bigint)
    returning ${profileColumns}`,
    readProfile,
  );
}
