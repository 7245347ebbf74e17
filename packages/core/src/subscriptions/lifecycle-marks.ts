/**
 * Telling once: a mark for each thing that was announced, written with its news. Whoever finds the mark says nothing.
 *
 * Needs a transaction in which the subscription's row is locked, so that news of one subscription keeps its order.
 */
import { announce } from '../events/index.ts';
import { at, integer, type Scope, sql, text } from '../kernel/index.ts';
import { getSetting } from '../settings/index.ts';
import { windowAt } from './calendar.ts';
import { type Asked, type Effect, nextEffect, nothingTold, type Told } from './lifecycle.ts';
import type { SubscriptionRow } from './rows.ts';
import { newsOf, subscriptionOf } from './subscription.ts';

/** What the next thing to tell depends on beside the subscription itself. */
export async function askedOf(scope: Scope, row: SubscriptionRow): Promise<Asked> {
  const notice =
    row.trialEndsAt === null ? 'P3D' : String(await getSetting(scope, 'subscriptions.trialNotice'));
  return { told: await readTold(scope, row.id), now: scope.now, notice };
}

async function readTold(scope: Scope, subscription: string): Promise<Told> {
  const rows = await scope.many(
    sql`
    select kind, max(number) as number
      from bursar.lifecycle_marks
     where (tenant_id, subscription_id) = (${scope.tenant.id}::int, ${subscription}::text)
     group by kind`,
    (row) => [text(row.kind), integer(row.number)] as const,
  );
  return { ...nothingTold, ...Object.fromEntries(rows) };
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
  const marked = await scope.maybeOne(
    sql`
    insert into bursar.lifecycle_marks (tenant_id, subscription_id, kind, number, at)
    values (${scope.tenant.id}::int, ${row.id}::text, ${effect.kind}::text, ${effect.number}::int,
            ${at(effect.at)}::text::timestamptz)
    on conflict do nothing
    returning number`,
    (found) => integer(found.number),
  );
  if (marked === null) return false;
  const news = newsOf(subscriptionOf(row, effect.at));
  const tell = (word: string, facts: object) =>
    announce(scope, {
      type: `subscription.${word}`,
      customer: row.customer,
      subject: { type: 'subscription', id: row.id },
      data: { ...news, ...facts },
    });
  await tell(effect.kind, factsOf(row, effect));
  if (effect.kind === 'unpaused' && row.period !== null)
    await tell('reanchored', nextOf(row, effect));
  return true;
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
