/** Setting or clearing the end of a subscription, and announcing it. */
import { at, type Scope, sql } from '../kernel/index.ts';
import { announceChange, announceUpdate, reread } from './announce-change.ts';
import { announcePassed } from './lifecycle-marks.ts';
import type { SubscriptionRow } from './rows.ts';
import { trialEndOf } from './state.ts';

/** An end to store, or `null` to clear it. */
export type End = {
  readonly endsAt: Date | null;
  readonly reason: string | null;
  readonly comment: string | null;
  /** Trial and pause end with it. */
  readonly atOnce?: boolean | undefined;
};

/**
 * Writes an end and announces it: `canceled` or `resumed`, and `updated`. If it is over with it, what it had passed by then and
 * nobody had announced comes before, and `ended` at last. A change of plan that was still to come goes with a set end.
 */
export async function storeEnd(
  scope: Scope,
  row: SubscriptionRow,
  end: End,
): Promise<SubscriptionRow> {
  const isSet = end.endsAt !== null;
  const isOver = end.endsAt !== null && end.endsAt <= scope.now;
  if (isOver && end.endsAt) await announcePassed(scope, row, new Date(end.endsAt.getTime() - 1));
  const now = sql`${at(scope.now)}::text::timestamptz`;
  const atOnce = sql`${end.atOnce ?? false}::boolean`;
  await scope.run(sql`
    update bursar.subscriptions
       set ends_at = ${at(end.endsAt)}::text::timestamptz,
           canceled_at = ${at(end.endsAt && scope.now)}::text::timestamptz,
           cancel_reason = ${end.reason}::text, cancel_comment = ${end.comment}::text,
           trial_ends_at = ${at(trialEndAfter(row, end, scope.now))}::text::timestamptz,
           paused_at = case when ${atOnce} and paused_at > ${now} then null else paused_at end,
           resumes_at = case when ${atOnce} and coalesce(resumes_at, 'infinity') > ${now} and paused_at <= ${now}
                             then ${now} when ${atOnce} and paused_at > ${now} then null else resumes_at end,
           scheduled = case when ${isSet}::boolean then null else scheduled end,
           scheduled_at = case when ${isSet}::boolean then null else scheduled_at end,
           due_at = '-infinity', revision = revision + 1, updated_at = ${now}
     where (tenant_id, id) = (${scope.tenant.id}::int, ${row.id}::text)`);
  const stored = await reread(scope, row.id);
  await announceChange(
    scope,
    stored,
    end.endsAt === null ? 'subscription.resumed' : 'subscription.canceled',
  );
  await announceUpdate(scope, row, stored);
  if (isOver) await announcePassed(scope, stored);
  return stored;
}

/** An end at once cuts the trial. */
function trialEndAfter(row: SubscriptionRow, { atOnce }: End, now: Date): Date | null {
  const end = trialEndOf(row, now);
  return atOnce && end !== null && end > now ? now : row.trialEndsAt;
}
