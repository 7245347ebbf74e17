/**
 * Announcing grants that end soon with something left: each once for each end, by any number of workers. What a plan gives ends
 * with its period, which the subscription tells of.
 */
import { lockCustomer } from '../../customers/index.ts';
import { announce } from '../../events/index.ts';
import { at, FOREVER, instant, integer, json, type Scope, sql, text } from '../../kernel/index.ts';
import { settingOf, storedValue } from '../../settings/index.ts';
import type { GrantRow } from '../draft.ts';
import { grantName } from '../entry-news.ts';
import { openBalance } from '../open-balances.ts';
import { writeDraft } from '../write-draft.ts';
import type { Settled } from './settle-due.ts';

/** One grant whose end is near, of any tenant; `at`: since when it is. */
export type EndingGrant = { readonly tenant: string; readonly id: number; readonly at: Date };

// Nothing is told: nobody looks at it again in this run.
const never = { done: false, next: FOREVER, isStale: true };

/**
 * Grants of all tenants that something is left of, whose end comes within the tenant's `credits.warnExpiresIn` of `until`, in
 * the order in which they came so near. Those of frozen or lost balances wait.
 */
export function endingGrants(
  scope: Scope,
  { until, limit }: { until: Date; limit: number },
): Promise<EndingGrant[]> {
  const key = 'credits.warnExpiresIn';
  const usual = String(settingOf(scope, key, null));
  const units = json(Object.keys(scope.ports.catalog.units));
  return scope.many(
    sql`
    select tenant.key as tenant, due.id, due.near_at
      from bursar.tenants as tenant
     cross join lateral (
       select coalesce(${storedValue(scope, key, sql`tenant.id`)}, ${usual}::text)::interval as length) as warned
     cross join lateral (
       select g.id, g.expires_at - warned.length as near_at
         from bursar.grants as g
         join bursar.balances as balance on (balance.tenant_id, balance.id) = (g.tenant_id, g.balance_id)
         join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
         join bursar.customers as customer on (customer.tenant_id, customer.id) = (balance.tenant_id, balance.customer_id)
        where g.tenant_id = tenant.id and g.open and g.free > 0 and g.expires_at is not null and g.warned_for is null
          and g.source not in ('plan', 'rollover', 'overage')
          and g.expires_at > ${at(scope.now)}::text::timestamptz
          and g.expires_at <= ${at(until)}::text::timestamptz + warned.length
          and balance.valid_until > '-infinity' and customer.erased_at is null
          and ${units}::text::jsonb @> to_jsonb(unit.key)
        order by g.expires_at, g.id
        limit ${limit}::int) as due
     order by due.near_at, due.id
     limit ${limit}::int`,
    (row) => ({ tenant: text(row.tenant), id: integer(row.id), at: instant(row.near_at) }),
  );
}

/** Announces `grant.expiring`, unless somebody has or nothing is left of it by now. */
export function warnOfGrant(scope: Scope, { id }: { id: number }): Promise<Settled> {
  return scope.transaction(async (scope) => {
    const owner = await ownerOf(scope, id);
    if (!owner) return never;
    const customer = await lockCustomer(scope, { customer: owner.customer, mode: 'share' });
    const opened = await openBalance(scope, { customer, unit: owner.unit });
    await writeDraft(scope, opened);
    const grant = opened.draft.grants.find((one) => one.id === id);
    if (!grant?.open || grant.free === 0 || !(await markWarned(scope, grant))) return never;
    await announce(scope, {
      type: 'grant.expiring',
      customer: owner.customer,
      subject: { type: 'balance', id: String(opened.draft.balance.id) },
      data: {
        ...{ grant: grantName(id), unit: owner.unit, amount: grant.free, source: grant.source },
        expiresAt: at(grant.expiresAt),
      },
    });
    return { done: true, next: FOREVER, isStale: false };
  });
}

/** Under the balance's lock. False: somebody has told of this end, or it has none. */
async function markWarned(scope: Scope, grant: GrantRow): Promise<boolean> {
  const marked = await scope.maybeOne(
    sql`
    update bursar.grants set warned_for = expires_at
     where (tenant_id, id) = (${scope.tenant.id}::int, ${grant.id}::bigint) and warned_for is null and expires_at is not null
    returning id`,
    (row) => integer(row.id),
  );
  return marked !== null;
}

function ownerOf(scope: Scope, id: number): Promise<{ customer: string; unit: string } | null> {
  return scope.maybeOne(
    sql`
    select customer.external_id as customer, unit.key as unit
      from bursar.grants as g
      join bursar.balances as balance on (balance.tenant_id, balance.id) = (g.tenant_id, g.balance_id)
      join bursar.customers as customer on (customer.tenant_id, customer.id) = (balance.tenant_id, balance.customer_id)
      join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
     where (g.tenant_id, g.id) = (${scope.tenant.id}::int, ${id}::bigint) and customer.erased_at is null`,
    (row) => ({ customer: text(row.customer), unit: text(row.unit) }),
  );
}
