/**
 * Telling once: a mark for each thing that was announced, written with its news. Whoever finds the mark says nothing.
 *
 * Needs a transaction in which the subscription's row is locked, so that news of one subscription keeps its order.
 */
import { announce } from '../events/index.ts';
import { at, integer, type Scope, sql, text } from '../kernel/index.ts';
import { type Effect, nextEffect, type Told } from './lifecycle.ts';
import { windowAt } from './periods.ts';
import type { SubscriptionRow } from './rows.ts';
import { newsOf, subscriptionOf } from './subscription.ts';

/** What was announced of it so far. */
export async function readTold(scope: Scope, subscription: string): Promise<Told> {
  const rows = await scope.many(
    sql`
    select kind, max(number) as number
      from bursar.lifecycle_marks
     where (tenant_id, subscription_id) = (${scope.tenant.id}::int, ${subscription}::text)
     group by kind`,
    (row) => [text(row.kind), integer(row.number)] as const,
  );
  return { trial_ended: 0, renewed: 0, ended: 0, ...Object.fromEntries(rows) };
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
  await announce(scope, {
    type: `subscription.${effect.kind}`,
    customer: row.customer,
    subject: { type: 'subscription', id: row.id },
    data: { ...newsOf(subscriptionOf(row, effect.at)), ...periodOf(row, effect) },
  });
  return true;
}

/** Announces in order all that has passed by now and was not announced. */
export async function announcePassed(scope: Scope, row: SubscriptionRow): Promise<void> {
  let told = await readTold(scope, row.id);
  let effect = nextEffect(row, told, scope.now);
  while (effect && effect.at <= scope.now) {
    await announceOnce(scope, row, effect);
    told = { ...told, [effect.kind]: effect.number };
    effect = nextEffect(row, told, scope.now);
  }
}

function periodOf(row: SubscriptionRow, { kind, number, at: startsAt }: Effect) {
  if (kind !== 'renewed') return {};
  const endsAt = windowAt(row, row.period, startsAt)?.endsAt ?? null;
  return {
    period: number,
    periodStartsAt: startsAt.toISOString(),
    periodEndsAt: endsAt?.toISOString() ?? null,
  };
}
