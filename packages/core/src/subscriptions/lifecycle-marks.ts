/**
 * Telling once: a mark for each thing that was announced, written with its news. Whoever finds the mark says nothing.
 *
 * Needs a transaction in which the subscription's row is locked, so that news of one subscription keeps its order.
 */
import { type Announcement, announceAll } from '../events/index.ts';
import { document, json, type Scope, sql, text } from '../kernel/index.ts';
import { getSetting } from '../settings/index.ts';
import { windowAt } from './calendar.ts';
import { type Asked, type Effect, nextEffect, nothingTold, type Told } from './lifecycle.ts';
import type { SubscriptionRow } from './rows.ts';
import { newsOf, subscriptionOf } from './subscription.ts';

/** What the next thing to tell depends on beside the subscription itself. */
export async function askedOf(scope: Scope, row: SubscriptionRow): Promise<Asked> {
  const [asked] = await askedOfAll(scope, [row]);
  return asked as Asked;
}

/** As `askedOf`, of many, in their order. */
export async function askedOfAll(scope: Scope, rows: readonly SubscriptionRow[]): Promise<Asked[]> {
  const hasTrial = rows.some((row) => row.trialEndsAt !== null);
  const notice = hasTrial ? String(await getSetting(scope, 'subscriptions.trialNotice')) : 'P3D';
  const told = await readTold(scope, rows);
  return rows.map((row) => ({ told: told.get(row.id) ?? nothingTold, now: scope.now, notice }));
}

async function readTold(
  scope: Scope,
  rows: readonly SubscriptionRow[],
): Promise<Map<string, Told>> {
  const marks = await scope.many(
    sql`
    select subscription_id, jsonb_object_agg(kind, number) as told
      from (
        select mark.subscription_id, mark.kind, max(mark.number) as number
          from jsonb_array_elements_text(${json(rows.map(({ id }) => id))}::text::jsonb) as wanted (id)
          join bursar.lifecycle_marks as mark
            on (mark.tenant_id, mark.subscription_id) = (${scope.tenant.id}::int, wanted.id)
         group by 1, 2) as mark
     group by 1`,
    (row) => [text(row.subscription_id), { ...nothingTold, ...document<Told>(row.told) }] as const,
  );
  return new Map(marks);
}

/** What is asked once it has been told. */
export function afterTelling(asked: Asked, { kind, number }: Effect): Asked {
  return { ...asked, told: { ...asked.told, [kind]: number } };
}

/** Announces it as it stood at that instant, unless somebody has. */
export async function announceOnce(
  scope: Scope,
  row: SubscriptionRow,
  effect: Effect,
): Promise<boolean> {
  return (await announceOnceEach(scope, [{ row, effect }])).has(row.id);
}

/** As `announceOnce`, one thing of each of many. @returns The subscriptions of which something was announced. */
export async function announceOnceEach(
  scope: Scope,
  all: readonly { readonly row: SubscriptionRow; readonly effect: Effect }[],
): Promise<ReadonlySet<string>> {
  const marks = all.map(({ row, effect }) => ({ ...effect, id: row.id }));
  const marked = await scope.many(
    sql`
    insert into bursar.lifecycle_marks (tenant_id, subscription_id, kind, number, at)
    select ${scope.tenant.id}::int, mark.id, mark.kind, mark.number, mark.at
      from jsonb_to_recordset(${json(marks)}::text::jsonb) as mark (id text, kind text, number int, at timestamptz)
    on conflict do nothing
    returning subscription_id`,
    (found) => text(found.subscription_id),
  );
  const told = new Set(marked);
  const said = all.filter(({ row }) => told.has(row.id)).flatMap(announcementsOf);
  await announceAll(scope, said);
  return told;
}

/** What time brings to rights everyone sees by the clock: no other process has to be woken for it. */
function announcementsOf({
  row,
  effect,
}: {
  row: SubscriptionRow;
  effect: Effect;
}): Announcement[] {
  const news = newsOf(subscriptionOf(row, effect.at));
  const say = (word: string, facts: object): Announcement => ({
    type: `subscription.${word}`,
    customer: row.customer,
    subject: { type: 'subscription', id: row.id },
    data: { ...news, ...facts },
  });
  const said = say(effect.kind, factsOf(row, effect));
  const isReanchored = effect.kind === 'unpaused' && row.period !== null;
  return isReanchored ? [said, say('reanchored', nextOf(row, effect))] : [said];
}

/** Announces in order all that has passed by now and was not announced. */
export async function announcePassed(
  scope: Scope,
  row: SubscriptionRow,
  by: Date = scope.now,
): Promise<void> {
  let asked = await askedOf(scope, row);
  let effect = nextEffect(row, asked);
  while (effect && effect.at <= by) {
    await announceOnce(scope, row, effect);
    asked = afterTelling(asked, effect);
    effect = nextEffect(row, asked);
  }
}

function factsOf(row: SubscriptionRow, { kind, number, at: startsAt }: Effect) {
  if (kind === 'past_due' || kind === 'recovered') return { period: number };
  if (kind !== 'renewed') return {};
  const endsAt = windowAt(row, 'period', startsAt)?.endsAt ?? null;
  return {
    period: number,
    periodStartsAt: startsAt.toISOString(),
    periodEndsAt: endsAt?.toISOString() ?? null,
  };
}

/** From which period on the new anchor holds: the one that follows the interrupted one. */
function nextOf(row: SubscriptionRow, { at: moment }: Effect) {
  const interrupted = windowAt(row, 'period', moment);
  const isOver = interrupted?.startsAt.getTime() === moment.getTime();
  const next = isOver ? interrupted : windowAt(row, 'period', interrupted?.endsAt ?? moment);
  return { period: next?.number ?? 1, periodStartsAt: next?.startsAt.toISOString() ?? null };
}
