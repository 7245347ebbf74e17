/**
 * What every change of a subscription has in common: the locks before it, the balances around it, the news after it.
 *
 * The customer's row is locked first, then its subscriptions; balances are settled as they stood, and again as they
 * stand after, in the same transaction. So the very next spend, in any process, meets the new rights.
 */
import { featureOf } from '../catalog/index.ts';
import { type CustomerRow, lockCustomer } from '../customers/index.ts';
import { announce } from '../events/index.ts';
import { at, type Scope, sql } from '../kernel/index.ts';
import { settleBalances } from '../ledger/index.ts';
import { defaultSources } from './defaults.ts';
import type { SubscriptionEvents } from './events.ts';
import type { FrozenItem } from './items.ts';
import { announcePassed } from './lifecycle-marks.ts';
import { NON_PAYMENT } from './payments.ts';
import { findSubscription, liveSubscriptions } from './queries.ts';
import type { SubscriptionRow } from './rows.ts';
import { endAt, trialEndOf } from './state.ts';
import { factsOf, newsOf, subscriptionOf } from './subscription.ts';

/** A customer with the subscriptions that have not reached a set end, all locked; newest first. */
export type Locked = { readonly customer: CustomerRow; readonly rows: readonly SubscriptionRow[] };

/**
 * Locks the customer and its subscriptions, making the customer if it is new, and stores the ends that non-payment
 * has led to since anyone looked.
 */
export async function lockSubscriptions(scope: Scope, externalId: string): Promise<Locked> {
  const customer = await lockCustomer(scope, { customer: externalId, mode: 'update' });
  const rows = await liveSubscriptions(scope, {
    customerId: customer.id,
    now: scope.now,
    lock: 'update',
  });
  const current = [];
  for (const row of rows) {
    const endsAt = endAt(row, scope.now);
    if (endsAt?.getTime() === row.endsAt?.getTime()) current.push(row);
    else await storeEnd(scope, row, { endsAt, reason: NON_PAYMENT, comment: null });
  }
  return { customer, rows: current };
}

/** Settles the balances that a change feeds or starves, before it and after it. */
export async function rebalanced<T>(
  scope: Scope,
  { customer, items }: { customer: CustomerRow; items: readonly FrozenItem[] },
  change: () => Promise<T>,
): Promise<T> {
  const defaults = await defaultSources(scope, { customer, rows: [], at: scope.now });
  const fed = [...items, ...defaults.sources.flatMap((source) => source.items)]
    .map((item) => item.feature)
    .filter((feature) => isCounted(featureOf(scope, feature)?.kind));
  const units = [...new Set(fed)].sort();
  await settleBalances(scope, { customer, units });
  const answer = await change();
  await settleBalances(scope, { customer, units, isNewPlan: true });
  return answer;
}

/** A feature that the catalogue has lost has no balance that could still be read. */
function isCounted(kind: string | undefined): boolean {
  return kind === 'metered' || kind === 'gauge';
}

/** An end to store, or `null` to clear it. */
export type End = {
  readonly endsAt: Date | null;
  readonly reason: string | null;
  readonly comment: string | null;
  /** Trial and pause end with it. */
  readonly atOnce?: boolean | undefined;
};

/**
 * Writes an end and announces it: `canceled` or `resumed`, `updated`; if it is over with it, before that what it had
 * passed by then and nobody had announced, and `ended` at last.
 */
export async function storeEnd(
  scope: Scope,
  row: SubscriptionRow,
  end: End,
): Promise<SubscriptionRow> {
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

/** The row as this transaction has just written it. */
export async function reread(scope: Scope, id: string): Promise<SubscriptionRow> {
  const row = await findSubscription(scope, id);
  if (!row) throw new Error(`Subscription ${id} was written but cannot be read.`);
  return row;
}

/** Announces one thing about a subscription as it stands now. */
export async function announceChange(
  scope: Scope,
  row: SubscriptionRow,
  type: keyof SubscriptionEvents,
): Promise<void> {
  await announce(scope, {
    type,
    customer: row.customer,
    subject: { type: 'subscription', id: row.id },
    data: newsOf(subscriptionOf(row, scope.now)),
  });
}

/** Announces `subscription.updated`, with how it stood before. */
export async function announceUpdate(
  scope: Scope,
  before: SubscriptionRow,
  after: SubscriptionRow,
): Promise<void> {
  const news = subscriptionOf(after, scope.now);
  await announce(scope, {
    type: 'subscription.updated',
    customer: after.customer,
    subject: { type: 'subscription', id: after.id },
    data: {
      ...newsOf(news),
      before: factsOf(subscriptionOf(before, scope.now)),
      after: factsOf(news),
    },
  });
}

/** An end at once cuts the trial. */
function trialEndAfter(row: SubscriptionRow, { atOnce }: End, now: Date): Date | null {
  const end = trialEndOf(row, now);
  return atOnce && end !== null && end > now ? now : row.trialEndsAt;
}
