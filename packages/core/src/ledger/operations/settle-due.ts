/**
 * Catching up balances whose time has come and nobody has touched: what expired, began or refilled by time alone is
 * booked. Spends never wait for it; they catch up what they touch.
 */
import { type CustomerRow, lockCustomer, readCustomer } from '../../customers/index.ts';
import {
  at,
  BEFORE_ALL,
  FOREVER,
  instant,
  integer,
  json,
  list,
  type Scope,
  sql,
  text,
} from '../../kernel/index.ts';
import { foresee } from '../foresee.ts';
import { imprint } from '../load-draft.ts';
import { openBalance, openBalances } from '../open-balances.ts';
import { writeDraft, writeDrafts } from '../write-draft.ts';

/** One balance that something happens to, of any tenant. */
export type DueBalance = { readonly tenant: string; readonly id: number; readonly at: Date };

/**
 * What catching up came to: whether anything was written, and the next instant that matters (never: FOREVER).
 * `isStale`: the row's own instant stays where it is, since nobody may touch it.
 */
export type Settled = { readonly done: boolean; readonly next: Date; readonly isStale: boolean };

/**
 * Balances of all tenants that something happens to by `until`, in the order of their instants. Frozen ones wait for the
 * thaw, those in a unit that the catalogue has lost for its return.
 */
export function dueBalances(
  scope: Scope,
  { until, limit }: { until: Date; limit: number },
): Promise<DueBalance[]> {
  const units = json(Object.keys(scope.ports.catalog.units));
  return scope.many(
    sql`
    select tenant.key as tenant, due.id, due.valid_until
      from bursar.tenants as tenant
     cross join lateral (
       select balance.id, balance.valid_until
         from bursar.balances as balance
         join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
        where balance.tenant_id = tenant.id and balance.valid_until > '-infinity'
          and balance.valid_until <= ${at(until)}::text::timestamptz
          and ${units}::text::jsonb @> to_jsonb(unit.key)
        order by balance.valid_until, balance.id
        limit ${limit}::int) as due
     order by due.valid_until, due.id
     limit ${limit}::int`,
    (row) => ({ tenant: text(row.tenant), id: integer(row.id), at: instant(row.valid_until) }),
  );
}

/** Catches up one balance in a transaction of its own; a second time there is nothing to write. */
export function settleDue(scope: Scope, { id }: { id: number }): Promise<Settled> {
  return scope.transaction(async (scope) => {
    const named = await nameBalance(scope, id);
    if (!named) return { done: false, next: FOREVER, isStale: true };
    const customer = await lockCustomer(scope, { customer: named.customer, mode: 'share' });
    const opened = await openBalance(scope, { customer, unit: named.unit });
    await writeDraft(scope, opened);
    const { draft, outlook, loaded } = opened;
    const done = imprint(draft) !== loaded;
    foresee(draft, outlook);
    return { done, next: nextOf(draft.balance.validUntil), isStale: false };
  });
}

/**
 * As `settleDue`, of many that are due at one instant, in one transaction.
 *
 * @returns What it came to, by id. Those that are left out have to be settled one by one: somebody else holds their customers.
 */
export function settleDueAll(
  scope: Scope,
  { ids }: { ids: readonly number[] },
): Promise<ReadonlyMap<number, Settled>> {
  return scope.transaction(async (scope) => {
    const named = await lockNamed(scope, ids);
    const opened = await openBalances(scope, named);
    await writeDrafts(scope, opened);
    const settled = new Map<number, Settled>();
    for (const [index, one] of opened.entries()) {
      const { draft, outlook, loaded } = one;
      const done = imprint(draft) !== loaded;
      foresee(draft, outlook);
      const next = nextOf(draft.balance.validUntil);
      settled.set(named[index]?.id ?? 0, { done, next, isStale: false });
    }
    return settled;
  });
}

type Named = { readonly id: number; readonly customer: CustomerRow; readonly unit: string };

/** Those of them whose customers nobody is changing, which are locked `for share`. */
function lockNamed(scope: Scope, ids: readonly number[]): Promise<Named[]> {
  return scope.many(
    sql`
    select balance.id as balance_id, unit.key as unit, customer.id, customer.external_id, customer.kind, customer.email,
           customer.name, customer.locale, customer.time_zone, customer.created_at, customer.updated_at,
           customer.frozen_at, customer.erased_at
      from bursar.balances as balance
      join bursar.customers as customer
        on (customer.tenant_id, customer.id) = (balance.tenant_id, balance.customer_id)
      join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
     where balance.tenant_id = ${scope.tenant.id}::int and balance.id = any ((select ${list(ids)}::text)::bigint[])
       and customer.erased_at is null
     order by customer.id, balance.id
       for share of customer skip locked`,
    (row) => ({
      id: integer(row.balance_id),
      customer: readCustomer(row),
      unit: text(row.unit),
    }),
  );
}

/** A frozen one has no next instant. */
function nextOf(validUntil: Date): Date {
  return validUntil.getTime() === BEFORE_ALL.getTime() ? FOREVER : validUntil;
}

/** Whose balance it is, and in which unit; `null` of somebody who was erased. */
export function nameBalance(
  scope: Scope,
  id: number,
): Promise<{ customer: string; unit: string } | null> {
  return scope.maybeOne(
    sql`
    select customer.external_id as customer, unit.key as unit
      from bursar.balances as balance
      join bursar.customers as customer
        on (customer.tenant_id, customer.id) = (balance.tenant_id, balance.customer_id)
      join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
     where (balance.tenant_id, balance.id) = (${scope.tenant.id}::int, ${id}::bigint)
       and customer.erased_at is null`,
    (row) => ({ customer: text(row.customer), unit: text(row.unit) }),
  );
}
