/** Making a customer, or changing what is known of one. Nothing given, nothing changed, nothing announced. */
import { announce } from '../../events/index.ts';
import {
  at,
  checkTimeZone,
  json,
  requestHash,
  type Scope,
  sql,
  text,
  textOrNull,
} from '../../kernel/index.ts';
import { type CustomerRow, readCustomer } from '../customer.ts';
import { ExternalTakenError } from '../errors.ts';
import { lockCustomer } from './ensure-customer.ts';
import { getCustomer } from './find-customer.ts';

export type UpsertCustomer = {
  readonly customer: string;
  readonly kind?: string | undefined;
  readonly email?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly locale?: string | null | undefined;
  /** IANA; for subscriptions made from now on. */
  readonly timeZone?: string | undefined;
  /** What other systems call it: `{ stripe: 'cus_123' }`. Systems not named stay. */
  readonly external?: Readonly<Record<string, string>> | undefined;
};

/** What a change did: the customer as it is now, and each field that is another than before. */
export type CustomerChange = {
  readonly customer: CustomerRow;
  /** By field, `external.stripe` for an id elsewhere; personal, so kept nowhere but where it can be deleted. */
  readonly changed: Readonly<Record<string, { readonly before: Known; readonly after: Known }>>;
};
type Known = string | null;

/**
 * Creates or changes the customer; announces `customer.updated` with the names of what changed.
 *
 * @throws {ExternalTakenError} Another customer has one of the external ids; nothing is written.
 * @throws {ValidationError} The time zone is not one.
 */
export async function upsertCustomer(scope: Scope, input: UpsertCustomer): Promise<CustomerChange> {
  if (input.timeZone !== undefined) checkTimeZone(input.timeZone);
  return scope.transaction(async (inner) => {
    const before = await lockCustomer(inner, {
      customer: input.customer,
      kind: input.kind,
      mode: 'update',
    });
    const external = input.external ?? {};
    await lockExternals(inner, external);
    await refuseTaken(inner, before.id, external);
    const changed = fieldsChanged(before, input);
    const isSame = Object.keys(changed).length === 0;
    const elsewhere = await addExternals(inner, before.id, external);
    if (isSame && Object.keys(elsewhere).length === 0) return { customer: before, changed };
    const names = [
      ...Object.keys(changed),
      ...(Object.keys(elsewhere).length > 0 ? ['external'] : []),
    ];
    const after = await update(inner, { ...before, ...wantedOf(before, input) });
    await announce(inner, {
      type: 'customer.updated',
      customer: input.customer,
      subject: { type: 'customer', id: input.customer },
      data: { customer: input.customer, changed: names },
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
function wantedOf(before: CustomerRow, input: UpsertCustomer) {
  return {
    kind: input.kind ?? before.kind,
    email: input.email === undefined ? before.email : input.email,
    name: input.name === undefined ? before.name : input.name,
    locale: input.locale === undefined ? before.locale : input.locale,
    timeZone: input.timeZone ?? before.timeZone,
  };
}

function fieldsChanged(before: CustomerRow, input: UpsertCustomer): CustomerChange['changed'] {
  const wanted = wantedOf(before, input);
  const names = Object.keys(wanted) as (keyof typeof wanted)[];
  return Object.fromEntries(
    names
      .filter((name) => wanted[name] !== before[name])
      .map((name) => [name, { before: before[name], after: wanted[name] }]),
  );
}

/** Two customers who claim one id at once meet here, so that the later one finds it taken. */
async function lockExternals(
  scope: Scope,
  external: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [system, id] of Object.entries(external).sort()) {
    const lock = requestHash([scope.tenant.key, 'external', system, id]);
    await scope.run(sql`select pg_advisory_xact_lock(${lock}::bigint)`);
  }
}

async function refuseTaken(
  scope: Scope,
  customerId: number,
  external: Readonly<Record<string, string>>,
): Promise<void> {
  const taken = await scope.many(
    sql`
    select known.system, known.external_id
      from bursar.customer_externals as known
      join jsonb_each_text(${json(external)}::text::jsonb) as asked on (known.system, known.external_id) = (asked.key, asked.value)
     where known.tenant_id = ${scope.tenant.id}::int and known.customer_id <> ${customerId}::bigint
     order by known.system
     limit 1`,
    (row) => ({ system: text(row.system), external: text(row.external_id) }),
  );
  if (taken[0]) throw new ExternalTakenError(taken[0]);
}

/** @returns Those that are others than before. Without a lock of their own: the customer's keeps them still. */
async function addExternals(
  scope: Scope,
  customerId: number,
  external: Readonly<Record<string, string>>,
): Promise<CustomerChange['changed']> {
  if (Object.keys(external).length === 0) return {};
  const written = await scope.many(
    sql`
    with earlier as (
      select system, external_id from bursar.customer_externals
       where (tenant_id, customer_id) = (${scope.tenant.id}::int, ${customerId}::bigint)
    ), written as (
      insert into bursar.customer_externals as known (tenant_id, customer_id, system, external_id)
      select ${scope.tenant.id}::int, ${customerId}::bigint, asked.key, asked.value
        from jsonb_each_text(${json(external)}::text::jsonb) as asked
      on conflict (tenant_id, customer_id, system) do update set external_id = excluded.external_id
       where known.external_id <> excluded.external_id
      returning known.system, known.external_id
    )
    select written.system, written.external_id as after, earlier.external_id as before
      from written
      left join earlier on earlier.system = written.system
     order by written.system`,
    (row) => ({
      name: `external.${text(row.system)}`,
      value: { before: textOrNull(row.before), after: text(row.after) },
    }),
  );
  return Object.fromEntries(written.map(({ name, value }) => [name, value]));
}

function update(scope: Scope, wanted: CustomerRow): Promise<CustomerRow> {
  return scope.one(
    sql`
    update bursar.customers
       set kind = ${wanted.kind}::text, email = ${wanted.email}::text, name = ${wanted.name}::text, locale = ${wanted.locale}::text,
           time_zone = ${wanted.timeZone}::text, updated_at = ${at(scope.now)}::text::timestamptz
     where (tenant_id, id) = (${scope.tenant.id}::int, ${wanted.id}::bigint)
    returning id, external_id, kind, email, name, locale, time_zone, created_at, updated_at, frozen_at, erased_at`,
    readCustomer,
  );
}
