/** Many customers at once: those that no command has named before are made, and all of them are locked. */
import { announceAll } from '../../events/index.ts';
import { at, json, type Scope, sql, text } from '../../kernel/index.ts';
import { type CustomerRow, checkCustomerId, readCustomer } from '../customer.ts';
import { newcomerOf } from '../newcomer.ts';
import { pseudonymOf } from '../pseudonym.ts';
import { findCustomer } from './find-customer.ts';
import { makeCustomer } from './make-customer.ts';

/**
 * Makes those that are missing, announcing each, and locks all of them `for share`, in the order of their names. Needs an
 * open transaction in which nothing else is locked. Each is looked up by its name: the planner cannot know how many there are.
 *
 * @returns Those that are usable: names that no customer can have, and erased ones, are left out.
 */
export async function lockCustomers(
  scope: Scope,
  externalIds: readonly string[],
): Promise<CustomerRow[]> {
  const names = [...new Set(externalIds)].filter(isUsable);
  await (scope.ports.customerRules?.creating ? makeEach(scope, names) : makeAll(scope, names));
  const wanted = sql`jsonb_array_elements_text(${json(names)}::text::jsonb) as wanted (id)`;
  return scope.many(
    sql`
    select customer.*
      from (select wanted.id from ${wanted} order by 1) as wanted
     cross join lateral (
       select id, external_id, kind, email, name, locale, time_zone, created_at, updated_at, frozen_at, erased_at
         from bursar.customers
        where (tenant_id, external_id) = (${scope.tenant.id}::int, wanted.id) and erased_at is null
        limit 1
          for share
     ) as customer`,
    readCustomer,
  );
}

/** Where the host has a word in it: one after the other. Those it refuses are left out. */
async function makeEach(scope: Scope, names: readonly string[]): Promise<void> {
  for (const customer of [...names].sort()) {
    if (await findCustomer(scope, customer)) continue;
    await makeCustomer(scope, { customer }).catch(() => null);
  }
}

async function makeAll(scope: Scope, names: readonly string[]): Promise<void> {
  const missing = await missingOf(scope, names);
  if (missing.length === 0) return;
  const { locale, role, timeZone } = await newcomerOf(scope, {
    customer: '',
    kind: 'user',
    fields: {},
  });
  const pseudonyms = missing.map((id) => ({ id, pseudonym: pseudonymOf(scope, id) }));
  const made = await scope.many(
    sql`
    insert into bursar.customers (tenant_id, external_id, kind, locale, role, time_zone, created_at, updated_at)
    select ${scope.tenant.id}::int, wanted.id, 'user', ${locale}::text, ${role}::text, ${timeZone}::text,
           ${at(scope.now)}::text::timestamptz, ${at(scope.now)}::text::timestamptz
      from jsonb_to_recordset(${json(pseudonyms)}::text::jsonb) as wanted (id text, pseudonym text)
     where (select true from bursar.customers as known
             where (known.tenant_id, known.external_id) = (${scope.tenant.id}::int, wanted.id) limit 1) is null
       and (select true from bursar.customers as erased
             where (erased.tenant_id, erased.external_id) = (${scope.tenant.id}::int, wanted.pseudonym) limit 1) is null
     order by wanted.id
    on conflict (tenant_id, external_id) do nothing
    returning external_id`,
    (row) => text(row.external_id),
  );
  await announceAll(
    scope,
    made.map((customer) => ({
      ...{ type: 'customer.created', customer, subject: { type: 'customer', id: customer } },
      data: { customer, kind: 'user' },
    })),
  );
}

/** Most often there are none, and nothing of the defaults need be known. */
function missingOf(scope: Scope, names: readonly string[]): Promise<string[]> {
  return scope.many(
    sql`
    select wanted.id from jsonb_array_elements_text(${json(names)}::text::jsonb) as wanted (id)
     where (select true from bursar.customers as known
             where (known.tenant_id, known.external_id) = (${scope.tenant.id}::int, wanted.id) limit 1) is null
     order by wanted.id`,
    (row) => text(row.id),
  );
}

function isUsable(name: string): boolean {
  try {
    return checkCustomerId(name) === name;
  } catch {
    return false;
  }
}
