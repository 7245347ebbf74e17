/**
 * Announcing what time alone has brought to subscriptions, at any time, by any number of workers, and late: each thing
 * once. Rights never wait for it; they follow from the clock.
 */
import { at, FOREVER, instant, integer, type Scope, sql, text } from '../../kernel/index.ts';
import { lockSubscriptions } from '../change.ts';
import { nextEffect, nextLookAt } from '../lifecycle.ts';
import { afterTelling, announceOnce, askedOf } from '../lifecycle-marks.ts';
import { scheduledAt } from '../plan-change.ts';
import { findSubscription } from '../queries.ts';
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
    const isDue = isUnpaid || (await isChangeNext(scope, found, due.at));
    if (isDue) await lockSubscriptions(scope, found.customer);
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

/** A scheduled change is the next thing: it comes before what is told of the same instant, which is of the new plan. */
async function isChangeNext(scope: Scope, row: SubscriptionRow, by: Date): Promise<boolean> {
  const moment = scheduledAt(row);
  if (moment === null || moment > by || moment > scope.now) return false;
  const effect = nextEffect(row, await askedOf(scope, row));
  return effect === null || effect.at >= moment;
}

async function tellNext(scope: Scope, row: SubscriptionRow, by: Date): Promise<Looked> {
  const asked = await askedOf(scope, row);
  let effect = nextEffect(row, asked);
  let done = false;
  const moment = scheduledAt(row) ?? FOREVER;
  if (effect && effect.at <= by && effect.at < moment) {
    done = await announceOnce(scope, row, effect);
    effect = nextEffect(row, afterTelling(asked, effect));
  }
  const next = earliest([nextLookAt(row, effect, scope.now), scheduledAt(row)]) ?? FOREVER;
  await scope.run(sql`
    update bursar.subscriptions set due_at = ${at(next)}::text::timestamptz
     where (tenant_id, id) = (${scope.tenant.id}::int, ${row.id}::text)`);
  return { done, next };
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
