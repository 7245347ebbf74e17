/** Writing a change of plan down once it holds, and announcing it. */
import type { CustomerRow } from '../customers/index.ts';
import { at, json, type Scope, sql } from '../kernel/index.ts';
import type { PlanChange } from './agreed.ts';
import { announceChange, announceUpdate, reread } from './announce-change.ts';
import { windowAt } from './calendar.ts';
import { announcePassed } from './lifecycle-marks.ts';
import { insertItems, keepTerms } from './operations/insert-subscription.ts';
import { announceOver, gaugesOver } from './over-limit.ts';
import type { Cost } from './proration.ts';
import { findSubscription } from './queries.ts';
import type { SubscriptionRow } from './rows.ts';

/** What a change has cost, in one currency. */
export type Paid = Cost & { readonly unit: string | null };

/**
 * Stores what the subscription is from `moment` on, and announces `subscription.plan_changed`, `.reanchored` if its periods
 * count anew, `.updated`, and `quota.over_limit` of what is taken up beyond its new ceiling.
 */
export async function storeChange(
  scope: Scope,
  {
    before,
    after,
    change,
    moment,
    paid,
  }: {
    readonly before: SubscriptionRow;
    readonly after: SubscriptionRow;
    readonly change: PlanChange;
    readonly moment: Date;
    readonly paid: Paid | null;
  },
): Promise<SubscriptionRow> {
  const anchors = change.isReanchored
    ? [{ kind: 'anchor', at: moment, before: before.period }]
    : [];
  const which = sql`(${scope.tenant.id}::int, ${before.id}::text)`;
  await scope.run(sql`
    update bursar.subscriptions
       set plan_version_id = ${change.planVersionId}::int, family_id = ${change.familyId}::int,
           period = ${change.period}::text, billing = ${change.billing}::text, currency = ${change.currency}::text,
           billed_from = ${at(after.billedFrom)}::text::timestamptz, past_due = ${change.pastDue}::text, shifts = shifts || ${json(anchors)}::text::jsonb, scheduled = null,
           scheduled_at = null, due_at = '-infinity', revision = revision + 1, updated_at = ${at(scope.now)}::text::timestamptz
     where (tenant_id, id) = ${which}`);
  await scope.run(
    sql`delete from bursar.subscription_items where (tenant_id, subscription_id) = ${which}`,
  );
  await insertItems(scope, before.id, after.items);
  await keepTerms(scope, before.id, { ...change, from: moment });
  const stored = await reread(scope, before.id);
  await announceChange(scope, stored, 'subscription.plan_changed', {
    previous: { plan: before.plan, version: before.version },
    cost: paid,
  });
  if (change.isReanchored) {
    const window = windowAt(stored, 'period', moment);
    const startsAt = window?.startsAt.toISOString() ?? null;
    await announceChange(scope, stored, 'subscription.reanchored', {
      ...{ period: window?.number ?? 1, periodStartsAt: startsAt },
    });
  }
  await announceUpdate(scope, before, stored);
  return stored;
}

/** Stores a change that holds already, after all that was to be told before it. */
export async function storeOverdue(
  scope: Scope,
  { customer, row }: { customer: CustomerRow; row: SubscriptionRow },
): Promise<SubscriptionRow> {
  const before = await findSubscription(scope, row.id, { asOf: 'stored' });
  if (!before || !row.overdue) return row;
  const { change, at: moment } = row.overdue;
  await announcePassed(scope, before, new Date(moment.getTime() - 1));
  const stored = await storeChange(scope, { before, after: row, change, moment, paid: null });
  const over = await gaugesOver(scope, { customer, before, after: stored, at: scope.now });
  await announceOver(scope, { customer: before.customer, over });
  return stored;
}
