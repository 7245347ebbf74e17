/**
 * Announcing what time alone has brought to subscriptions, at any time, by any number of workers, and late: each thing
 * once. Rights never wait for it; they follow from the clock.
 */
import { at, FOREVER, instant, integer, json, type Scope, sql, text } from '../../kernel/index.ts';
import { chargeBegun, isBilled } from '../billing.ts';
import { lockSubscriptions } from '../change.ts';
import { type Asked, nextEffect, nextLookAt } from '../lifecycle.ts';
import { afterTelling, announceOnceEach, askedOf, askedOfAll } from '../lifecycle-marks.ts';
import { scheduledAt } from '../plan-change.ts';
import { findSubscription, freeSubscriptions } from '../queries.ts';
import type { SubscriptionRow } from '../rows.ts';
import { earliest } from '../sources.ts';
import { endAt } from '../state.ts';

/** One subscription to look at, of any tenant; `at` before all time: its moments have changed since anyone looked. */
export type DueSubscription = {
  readonly tenant: string;
  readonly id: string;
  readonly at: Date;
};

/** What looking at it came to: whether it announced, and when to look again (never: FOREVER). */
export type Looked = { readonly done: boolean; readonly next: Date };

/** Subscriptions of all tenants that are to be looked at by `until`, in the order of their instants. */
export function dueSubscriptions(
  scope: Scope,
  { until, limit }: { until: Date; limit: number },
): Promise<DueSubscription[]> {
  return scope.many(
    sql`
    select tenant.key as tenant, due.id, due.due_at
      from bursar.tenants as tenant
     cross join lateral (
       select subscription.id, subscription.due_at
         from bursar.subscriptions as subscription
        where subscription.tenant_id = tenant.id and subscription.deleted_at is null
          and subscription.due_at <= ${at(until)}::text::timestamptz
        order by subscription.due_at, subscription.id
        limit ${limit}::int) as due
     order by due.due_at, due.id
     limit ${limit}::int`,
    (row) => ({ tenant: text(row.tenant), id: text(row.id), at: instant(row.due_at) }),
  );
}

/**
 * Announces the next thing of one subscription if it is not later than `at` and nobody has: the end of its trial, a period
 * that has begun, a pause or a return, a change of plan, its end. What holds by then and nobody has stored is stored with it.
 */
export function announceDue(scope: Scope, due: { id: string; at: Date }): Promise<Looked> {
  return scope.transaction(async (scope) => {
    const found = await findSubscription(scope, due.id, { asOf: 'stored' });
    if (!found) return { done: false, next: FOREVER };
    const isUnpaid = endAt(found, scope.now)?.getTime() !== found.endsAt?.getTime();
    const isHeld = isUnpaid || (await isChangeNext(scope, found, due.at));
    const isDue = (await holdAndCharge(scope, found, isHeld)) || isHeld;
    const { dueAt, revision } = await lockRow(scope, due.id);
    if (dueAt > due.at) return { done: isDue, next: dueAt };
    const row =
      revision === found.revision
        ? found
        : await findSubscription(scope, due.id, { asOf: 'stored' });
    if (!row) return { done: isDue, next: FOREVER };
    const { done, next } = await tellNext(scope, row, due.at);
    return { done: done || isDue, next };
  });
}

/** Stores what holds by now, and asks for periods that have begun. @returns Whether any was asked for. */
async function holdAndCharge(
  scope: Scope,
  found: SubscriptionRow,
  isHeld: boolean,
): Promise<boolean> {
  if (!isHeld && !isBilled(scope, found)) return false;
  const { rows } = await lockSubscriptions(scope, found.customer);
  const row = rows.find(({ id }) => id === found.id);
  return row !== undefined && (await chargeBegun(scope, row));
}

/** A scheduled change is the next thing: it comes before what is told of the same instant, which is of the new plan. */
async function isChangeNext(scope: Scope, row: SubscriptionRow, by: Date): Promise<boolean> {
  const moment = scheduledAt(row);
  if (moment === null || moment > by || moment > scope.now) return false;
  const effect = nextEffect(row, await askedOf(scope, row));
  return effect === null || effect.at >= moment;
}

/**
 * As `announceDue`, of many that are due at one instant, by a handful of statements.
 *
 * @returns What looking came to, by id. Those that are left out have to be looked at one by one: somebody else is working on
 *   them, or something of them has to be stored first.
 */
export function announceDueAll(
  scope: Scope,
  due: { ids: readonly string[]; at: Date },
): Promise<ReadonlyMap<string, Looked>> {
  return scope.transaction(async (scope) => {
    const free = await freeSubscriptions(scope, due.ids);
    const found = due.ids.flatMap((id) => free.find((row) => row.id === id) ?? []);
    const rows = found.filter(
      (row) =>
        row.dueAt <= due.at && !isToBeStored(row, due.at, scope.now) && !isBilled(scope, row),
    );
    const looked = new Map<string, Looked>();
    for (const row of found)
      if (row.dueAt > due.at) looked.set(row.id, { done: false, next: row.dueAt });
    for (const [id, one] of await tellEach(scope, rows, due.at)) looked.set(id, one);
    return looked;
  });
}

function isToBeStored(row: SubscriptionRow, by: Date, now: Date): boolean {
  const moment = scheduledAt(row);
  const isUnpaid = endAt(row, now)?.getTime() !== row.endsAt?.getTime();
  return isUnpaid || (moment !== null && moment <= by);
}

async function tellNext(scope: Scope, row: SubscriptionRow, by: Date): Promise<Looked> {
  const looked = await tellEach(scope, [row], by);
  return looked.get(row.id) ?? { done: false, next: FOREVER };
}

async function tellEach(
  scope: Scope,
  rows: readonly SubscriptionRow[],
  by: Date,
): Promise<ReadonlyMap<string, Looked>> {
  if (rows.length === 0) return new Map();
  const asked = await askedOfAll(scope, rows);
  const looks = rows.map((row, index) => lookAt(row, asked[index] as Asked, by));
  const told = await announceOnceEach(
    scope,
    looks.flatMap(({ row, effect }) => (effect ? [{ row, effect }] : [])),
  );
  const dates = looks.map(({ row, next }) => ({ id: row.id, at: at(next) }));
  await scope.run(sql`
    update bursar.subscriptions as subscription set due_at = look.at
      from jsonb_to_recordset(${json(dates)}::text::jsonb) as look (id text, at timestamptz)
     where (subscription.tenant_id, subscription.id) = (${scope.tenant.id}::int, look.id)`);
  return new Map(looks.map(({ row, next }) => [row.id, { done: told.has(row.id), next }]));
}

/** The next thing to tell by then, if there is one, and when to look again. */
function lookAt(row: SubscriptionRow, asked: Asked, by: Date) {
  const moment = scheduledAt(row) ?? FOREVER;
  const next = nextEffect(row, asked);
  const effect = next && next.at <= by && next.at < moment ? next : null;
  const after = effect ? nextEffect(row, afterTelling(asked, effect)) : next;
  const again = earliest([nextLookAt(row, after, asked.now), scheduledAt(row)]) ?? FOREVER;
  return { row, effect, next: again };
}

function lockRow(scope: Scope, id: string): Promise<{ dueAt: Date; revision: number }> {
  return scope.one(
    sql`
    select due_at, revision from bursar.subscriptions
     where (tenant_id, id) = (${scope.tenant.id}::int, ${id}::text)
       for no key update`,
    (row) => ({ dueAt: instant(row.due_at), revision: integer(row.revision) }),
  );
}
