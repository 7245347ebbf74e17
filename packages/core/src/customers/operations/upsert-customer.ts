/** Making a customer, or changing what is known of one. Nothing given, nothing changed, nothing announced. */
import { announce } from '../../events/index.ts';
import {
  at,
  checkTimeZone,
  integer,
  json,
  requestHash,
  type Scope,
  sql,
  text,
} from '../../kernel/index.ts';
import { type CustomerRow, readCustomer } from '../customer.ts';
import { ExternalTakenError } from '../errors.ts';
import { lockCustomer } from './ensure-customer.ts';

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

/**
 * Creates or changes the customer; announces `customer.updated` with the names of what changed.
 *
 * @throws {ExternalTakenError} Another customer has one of the external ids; nothing is written.
 * @throws {ValidationError} The time zone is not one.
 */
export async function upsertCustomer(scope: Scope, input: UpsertCustomer): Promise<CustomerRow> {
  if (input.timeZone !== undefined) checkTimeZone(input.timeZone);
  return scope.transaction(async (inner) => {
    const before = await lockCustomer(inner, {
      customer: input.customer,
      kind: input.kind,
      mode: 'update',
    });
    await lockExternals(inner, input.external ?? {});
    await refuseTaken(inner, before.id, input.external ?? {});
    const wanted = {
      kind: input.kind ?? before.kind,
      email: input.email === undefined ? before.email : input.email,
      name: input.name === undefined ? before.name : input.name,
      locale: input.locale === undefined ? before.locale : input.locale,
      timeZone: input.timeZone ?? before.timeZone,
    };
    const changed = (Object.keys(wanted) as (keyof typeof wanted)[]).filter(
      (key) => wanted[key] !== before[key],
    );
    const added = await addExternals(inner, before.id, input.external ?? {});
    if (changed.length === 0 && added === 0) return before;
    const after = await update(inner, before.id, wanted);
    await announce(inner, {
      type: 'customer.updated',
      customer: input.customer,
      subject: { type: 'customer', id: input.customer },
      data: { customer: input.customer, changed: added > 0 ? [...changed, 'external'] : changed },
    });
    return after;
  });
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

async function addExternals(
  scope: Scope,
  customerId: number,
  external: Readonly<Record<string, string>>,
): Promise<number> {
  const written = await scope.many(
    sql`
    insert into bursar.customer_externals as known (tenant_id, customer_id, system, external_id)
    select ${scope.tenant.id}::int, ${customerId}::bigint, asked.key, asked.value
      from jsonb_each_text(${json(external)}::text::jsonb) as asked
    on conflict (tenant_id, customer_id, system) do update set external_id = excluded.external_id
     where known.external_id <> excluded.external_id
    returning 1 as one`,
    (row) => integer(row.one),
  );
  return written.length;
}

function update(
  scope: Scope,
  id: number,
  wanted: {
    kind: string;
    email: string | null;
    name: string | null;
    locale: string | null;
    timeZone: string;
  },
): Promise<CustomerRow> {
  return scope.one(
    sql`
    update bursar.customers
       set kind = ${wanted.kind}::text, email = ${wanted.email}::text, name = ${wanted.name}::text, locale = ${wanted.locale}::text,
           time_zone = ${wanted.timeZone}::text, updated_at = ${at(scope.now)}::text::timestamptz
     where (tenant_id, id) = (${scope.tenant.id}::int, ${id}::bigint)
    returning id, external_id, kind, email, name, locale, time_zone, created_at, updated_at, frozen_at, erased_at`,
    readCustomer,
  );
}
