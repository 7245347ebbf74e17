/**
 * Subscriptions as stored moments, and the features each was sold, frozen.
 *
 * State is never a column: it follows from these moments and the clock.
 * One live subscription per customer and family is an exclusion constraint (added by hand in the migration).
 */
import { sql } from 'drizzle-orm';
import {
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  primaryKey,
  text,
  unique,
} from 'drizzle-orm/pg-core';
import { families, features, plans, planVersions } from '../catalog/schema.ts';
import { customers } from '../customers/schema.ts';
import { bursar, instant, tenantId, whole } from '../kernel/schema.ts';

export const subscriptions = bursar.table(
  'subscriptions',
  {
    tenantId: tenantId(),
    id: text().notNull(),
    customerId: whole('customer_id').notNull(),
    planVersionId: integer('plan_version_id'),
    familyId: integer('family_id'),
    /** ISO 8601 interval of a period; null is infinite. */
    period: text(),
    timeZone: text('time_zone').notNull(),
    anchor: instant().notNull(),
    startsAt: instant('starts_at').notNull(),
    endsAt: instant('ends_at'),
    trialEndsAt: instant('trial_ends_at'),
    /** When the decision to cancel was taken; set exactly while `ends_at` is. */
    canceledAt: instant('canceled_at'),
    cancelReason: text('cancel_reason'),
    cancelComment: text('cancel_comment'),
    pausedAt: instant('paused_at'),
    resumesAt: instant('resumes_at'),
    /** Pauses that are over and re-anchors, in order: what has moved the boundaries of its periods. */
    shifts: jsonb().notNull().default([]),
    /** A change of plan that is to come, as it was agreed; null for none. */
    scheduled: jsonb(),
    /** When that holds, wherever pauses have moved it: what SQL reads. 'infinity' while nobody knows. */
    scheduledAt: instant('scheduled_at'),
    billing: text().notNull().default('none'),
    /** Of its prices; null where its plan has none. */
    currency: text(),
    /** ISO 8601 length of the past-due window; null for none. */
    pastDue: text('past_due'),
    source: text().notNull().default('host'),
    external: jsonb(),
    /** The end that an order has paid for; null where none has, or for good. */
    soldUntil: instant('sold_until'),
    /** Counts every change; what a preview was made from. */
    /** From when on its periods are charged; null: from its start. */
    billedFrom: instant('billed_from'),
    revision: integer().notNull().default(0),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    deletedAt: instant('deleted_at'),
    /**
     * When its lifecycle is to be looked at next; 'infinity' for never. '-infinity': its moments have changed and nobody has
     * looked since, which is what every change of them must write.
     */
    dueAt: instant('due_at').notNull().default(sql`'-infinity'`),
  },
  (table) => [
    primaryKey({ name: 'subscriptions_pkey', columns: [table.tenantId, table.id] }),
    foreignKey({
      name: 'subscriptions_of_a_customer',
      columns: [table.tenantId, table.customerId],
      foreignColumns: [customers.tenantId, customers.id],
    }),
    foreignKey({
      name: 'subscriptions_to_a_plan_version',
      columns: [table.tenantId, table.planVersionId],
      foreignColumns: [planVersions.tenantId, planVersions.id],
    }),
    foreignKey({
      name: 'subscriptions_in_a_family',
      columns: [table.tenantId, table.familyId],
      foreignColumns: [families.tenantId, families.id],
    }),
    index('subscriptions_by_customer').on(table.tenantId, table.customerId, table.startsAt),
    index('subscriptions_by_due').on(table.tenantId, table.dueAt),
    index('subscriptions_by_external')
      .on(table.tenantId, sql`(${table.external} ->> 'id')`)
      .where(sql`${table.external} is not null`),
    check('subscriptions_id_has_1_to_255_characters', sql`length(${table.id}) between 1 and 255`),
    check('subscriptions_billing_is_known', sql`${table.billing} in ('none', 'order', 'gateway')`),
    check(
      'subscriptions_canceled_have_an_end',
      sql`(${table.endsAt} is null) = (${table.canceledAt} is null)`,
    ),
  ],
);

export const subscriptionItems = bursar.table(
  'subscription_items',
  {
    tenantId: tenantId(),
    subscriptionId: text('subscription_id').notNull(),
    featureId: integer('feature_id').notNull(),
    kind: text().notNull(),
    /** metered: quota of a period; gauge: ceiling; null is unlimited there, and nothing for the other kinds. */
    quota: whole('quota'),
    /** Everything else that was frozen: limit, reset, rollover, priority, credits, thresholds, window, value. */
    options: jsonb().notNull(),
    revision: integer().notNull().default(0),
    addedBy: text('added_by').notNull().default('plan'),
  },
  (table) => [
    primaryKey({
      name: 'subscription_items_once_per_feature',
      columns: [table.tenantId, table.subscriptionId, table.featureId],
    }),
    foreignKey({
      name: 'subscription_items_of_a_subscription',
      columns: [table.tenantId, table.subscriptionId],
      foreignColumns: [subscriptions.tenantId, subscriptions.id],
    }),
    foreignKey({
      name: 'subscription_items_of_a_feature',
      columns: [table.tenantId, table.featureId],
      foreignColumns: [features.tenantId, features.id],
    }),
    check('subscription_items_quota_is_safe', sql`${table.quota} between 0 and 9007199254740991`),
    check(
      'subscription_items_kind_is_known',
      sql`${table.kind} in ('boolean', 'metered', 'gauge', 'config')`,
    ),
    check('subscription_items_added_by_is_known', sql`${table.addedBy} in ('plan', 'hand')`),
    unique('subscription_items_feature_leads').on(
      table.tenantId,
      table.featureId,
      table.subscriptionId,
    ),
  ],
);

/** Who has had a trial of which plan, by hashes: of the customer, its e-mail, and what else the host knows a person by. */
export const trials = bursar.table(
  'trials',
  {
    tenantId: tenantId(),
    planId: integer('plan_id').notNull(),
    /** SHA-256 of one fingerprint, hex. */
    fingerprint: text().notNull(),
    at: instant().notNull(),
  },
  (table) => [
    primaryKey({
      name: 'trials_once_per_person',
      columns: [table.tenantId, table.planId, table.fingerprint],
    }),
    foreignKey({
      name: 'trials_of_a_plan',
      columns: [table.tenantId, table.planId],
      foreignColumns: [plans.tenantId, plans.id],
    }),
  ],
);

/** Which edition of which plan a subscription was on, from when: what insights count prices from. */
export const subscriptionTerms = bursar.table(
  'subscription_terms',
  {
    tenantId: tenantId(),
    subscriptionId: text('subscription_id').notNull(),
    startsAt: instant('starts_at').notNull(),
    planVersionId: integer('plan_version_id'),
    /** ISO 8601 interval of a period; null is infinite. */
    period: text(),
    currency: text(),
  },
  (table) => [
    primaryKey({
      name: 'subscription_terms_once_per_instant',
      columns: [table.tenantId, table.subscriptionId, table.startsAt],
    }),
    foreignKey({
      name: 'subscription_terms_of_a_subscription',
      columns: [table.tenantId, table.subscriptionId],
      foreignColumns: [subscriptions.tenantId, subscriptions.id],
    }),
    foreignKey({
      name: 'subscription_terms_to_a_plan_version',
      columns: [table.tenantId, table.planVersionId],
      foreignColumns: [planVersions.tenantId, planVersions.id],
    }),
  ],
);

/** What was announced of a subscription's life: one row for each thing that is said once, whoever gets to say it. */
export const lifecycleMarks = bursar.table(
  'lifecycle_marks',
  {
    tenantId: tenantId(),
    subscriptionId: text('subscription_id').notNull(),
    kind: text().notNull(),
    /** The period's for `renewed`; 1 for what there is only one of. */
    number: integer().notNull(),
    /** When it happened, which may be long before it was announced. */
    at: instant().notNull(),
  },
  (table) => [
    primaryKey({
      name: 'lifecycle_marks_once',
      columns: [table.tenantId, table.subscriptionId, table.kind, table.number],
    }),
    foreignKey({
      name: 'lifecycle_marks_of_a_subscription',
      columns: [table.tenantId, table.subscriptionId],
      foreignColumns: [subscriptions.tenantId, subscriptions.id],
    }),
    check(
      'lifecycle_marks_kind_is_known',
      sql`${table.kind} in ('trial_will_end', 'trial_ended', 'renewed', 'paused', 'unpaused', 'past_due', 'recovered', 'ended')`,
    ),
    check('lifecycle_marks_number_counts_from_1', sql`${table.number} >= 1`),
  ],
);
