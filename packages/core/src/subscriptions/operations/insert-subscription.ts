/** Writing what was sold: one row for the subscription, one per feature. */
import { featureIdOf, type PlanVersion } from '../../catalog/index.ts';
import { at, json, type Scope, sql, text } from '../../kernel/index.ts';
import type { Asked } from '../asked.ts';
import type { Claim } from '../conflicts.ts';
import type { FrozenItem } from '../items.ts';
import type { Terms } from '../terms.ts';

/** What one sale writes. */
export type Sold = {
  readonly id: string;
  readonly claim: Claim;
  readonly terms: Terms;
  readonly asked: Asked;
  readonly version: PlanVersion | null;
};

/**
 * Writes the subscription with its features.
 * @returns False: the net beneath caught a twin; nothing was written.
 */
export async function insertSubscription(scope: Scope, sold: Sold): Promise<boolean> {
  if (!(await insertRow(scope, sold))) return false;
  const { id, terms, version } = sold;
  await keepTerms(scope, id, {
    from: terms.startsAt,
    planVersionId: version?.id ?? null,
    period: terms.period,
    currency: terms.currency,
  });
  await insertItems(scope, sold.id, sold.terms.items);
  return true;
}

/** Keeps what it is on from an instant on, for those who ask later what it was worth then. */
export async function keepTerms(
  scope: Scope,
  subscription: string,
  terms: {
    from: Date;
    planVersionId: number | null;
    period: string | null;
    currency: string | null;
  },
): Promise<void> {
  await scope.run(sql`
    insert into bursar.subscription_terms (tenant_id, subscription_id, starts_at, plan_version_id, period, currency)
    values (${scope.tenant.id}::int, ${subscription}::text, ${at(terms.from)}::text::timestamptz,
            ${terms.planVersionId}::int, ${terms.period}::text, ${terms.currency}::text)
    on conflict (tenant_id, subscription_id, starts_at)
    do update set plan_version_id = excluded.plan_version_id, period = excluded.period, currency = excluded.currency`);
}

async function insertRow(
  scope: Scope,
  { id, claim, terms, asked, version }: Sold,
): Promise<boolean> {
  const now = sql`${at(scope.now)}::text::timestamptz`;
  const written = await scope.maybeOne(
    sql`
    insert into bursar.subscriptions
      (tenant_id, id, customer_id, plan_version_id, family_id, period, time_zone, anchor, starts_at, ends_at,
       canceled_at, trial_ends_at, billing, billed_from, currency, past_due, source, external, created_at, updated_at)
    values (${scope.tenant.id}::int, ${id}::text, ${claim.customerId}::bigint, ${version?.id ?? null}::int,
            ${claim.familyId}::int, ${terms.period}::text, ${terms.timeZone}::text,
            ${at(terms.anchor)}::text::timestamptz, ${at(terms.startsAt)}::text::timestamptz,
            ${at(terms.endsAt)}::text::timestamptz, ${at(terms.endsAt && scope.now)}::text::timestamptz,
            ${at(terms.trialEndsAt)}::text::timestamptz, ${terms.billing}::text,
            ${at(terms.billedFrom)}::text::timestamptz, ${terms.currency}::text, ${terms.pastDue}::text,
            ${asked.source}::text, ${asked.external && json(asked.external)}::text::jsonb, ${now}, ${now})
    on conflict do nothing
    returning id`,
    (row) => text(row.id),
  );
  return written !== null;
}

/** Writes what it sells, each feature once. */
export async function insertItems(
  scope: Scope,
  subscription: string,
  items: readonly FrozenItem[],
): Promise<void> {
  const rows = [];
  for (const { feature, kind, quota, options, addedBy = 'plan' } of items) {
    rows.push({ featureId: await featureIdOf(scope, feature), kind, quota, options, addedBy });
  }
  await scope.run(sql`
    insert into bursar.subscription_items (tenant_id, subscription_id, feature_id, kind, quota, options, added_by)
    select ${scope.tenant.id}::int, ${subscription}::text, item."featureId", item.kind, item.quota, item.options,
           item."addedBy"
      from jsonb_to_recordset(${json(rows)}::text::jsonb)
        as item ("featureId" int, kind text, quota bigint, options jsonb, "addedBy" text)`);
}
