/**
 * Who invited whom, the codes that say so, and what was rewarded, to whom, and taken back.
 *
 * Whoever has no row in `referrals` has no sponsor. That the rows make a tree, no constraint can say: `attach` holds one lock
 * per tenant for it.
 */
import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  primaryKey,
  smallint,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { customers } from '../customers/schema.ts';
import { bursar, instant, safeRange, tenantId, whole } from '../kernel/schema.ts';
import { grants } from '../ledger/schema.ts';

export const referralCodes = bursar.table(
  'referral_codes',
  {
    tenantId: tenantId(),
    customerId: whole('customer_id').notNull(),
    /** In capitals. */
    code: text().notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'referral_codes_pkey', columns: [table.tenantId, table.customerId] }),
    unique('referral_codes_once').on(table.tenantId, table.code),
    foreignKey({
      name: 'referral_codes_of_a_customer',
      columns: [table.tenantId, table.customerId],
      foreignColumns: [customers.tenantId, customers.id],
    }),
    check(
      'referral_codes_are_1_to_32_capitals_or_digits',
      sql`${table.code} ~ '^[A-Z0-9_-]{1,32}$'`,
    ),
  ],
);

export const referrals = bursar.table(
  'referrals',
  {
    tenantId: tenantId(),
    customerId: whole('customer_id').notNull(),
    sponsorId: whole('sponsor_id').notNull(),
    attachedAt: instant('attached_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'referrals_pkey', columns: [table.tenantId, table.customerId] }),
    foreignKey({
      name: 'referrals_of_a_customer',
      columns: [table.tenantId, table.customerId],
      foreignColumns: [customers.tenantId, customers.id],
    }),
    foreignKey({
      name: 'referrals_by_a_sponsor',
      columns: [table.tenantId, table.sponsorId],
      foreignColumns: [customers.tenantId, customers.id],
    }),
    index('referrals_by_sponsor').on(table.tenantId, table.sponsorId, table.customerId),
    check('referrals_not_to_oneself', sql`${table.customerId} <> ${table.sponsorId}`),
  ],
);

/** Links that were used, where an operator wants to know; of strangers, so not kept for long. */
export const referralClicks = bursar.table(
  'referral_clicks',
  {
    tenantId: tenantId(),
    id: text().notNull(),
    /** Whose code it is. */
    customerId: whole('customer_id').notNull(),
    code: text().notNull(),
    address: text(),
    agent: text(),
    path: text().notNull(),
    clickedAt: instant('clicked_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'referral_clicks_pkey', columns: [table.tenantId, table.id] }),
    foreignKey({
      name: 'referral_clicks_of_a_sponsor',
      columns: [table.tenantId, table.customerId],
      foreignColumns: [customers.tenantId, customers.id],
    }),
    index('referral_clicks_by_sponsor').on(table.tenantId, table.customerId, table.id),
    index('referral_clicks_by_age').on(table.tenantId, table.clickedAt),
  ],
);

/** Something that happened once and was rewarded, passed over, or taken back. Its payload is kept until then. */
export const rewardEvents = bursar.table(
  'reward_events',
  {
    tenantId: tenantId(),
    id: text().notNull(),
    /** Of its trigger; a reversal has it with `.reversal`. */
    alias: text().notNull(),
    externalId: text('external_id').notNull(),
    /** What it happened to, in the host's words; null where it was not said, and of a reversal. */
    subjectType: text('subject_type'),
    subjectId: text('subject_id'),
    /** Counts what was fired of this alias for this subject, from 1. */
    firing: integer(),
    customerId: whole('customer_id').notNull(),
    status: text().notNull(),
    /** Counts the tries, and who may end the last one. */
    attempts: integer().notNull().default(0),
    /** Whoever processes it has it until then, by the database's clock. */
    leaseUntil: instant('lease_until'),
    /** What the last attempt that failed did so with. */
    lastError: text('last_error'),
    /** What it was fired with, for as long as somebody may have to process it. */
    asked: jsonb(),
    /** Of a skipped one: why; null of those that were skipped before it was kept. */
    skipReason: text('skip_reason'),
    /** What is rewarded is worth that much; null where it is worth nothing in itself. */
    baseAmount: whole('base_amount'),
    baseUnit: text('base_unit'),
    /** What the base was converted to it at: `{ of, per, source, at }`. Null where nothing was, and before it was kept. */
    rate: jsonb(),
    /** What is paid out. */
    unit: text(),
    /** As the trigger was set then: `strict`, `allow_debt`. */
    clawback: text(),
    /** As the trigger was set then: it goes back with the order that is its subject. */
    reverseOnRefund: boolean('reverse_on_refund').notNull().default(false),
    /** Of a reversal: what it reverses. */
    parentId: text('parent_id'),
    /** How much of it is reversed by now; of a reversal: how much it reversed. */
    reversedBasisPoints: integer('reversed_basis_points').notNull().default(0),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'reward_events_pkey', columns: [table.tenantId, table.id] }),
    unique('reward_events_once').on(table.tenantId, table.alias, table.externalId),
    foreignKey({
      name: 'reward_events_of_a_customer',
      columns: [table.tenantId, table.customerId],
      foreignColumns: [customers.tenantId, customers.id],
    }),
    foreignKey({
      name: 'reward_events_reverse_one',
      columns: [table.tenantId, table.parentId],
      foreignColumns: [table.tenantId as AnyPgColumn, table.id as AnyPgColumn],
    }),
    index('reward_events_by_customer').on(table.tenantId, table.customerId, table.id),
    index('reward_events_by_parent')
      .on(table.tenantId, table.parentId)
      .where(sql`${table.parentId} is not null`),
    uniqueIndex('reward_events_count_up_by_subject')
      .on(table.tenantId, table.subjectType, table.subjectId, table.alias, table.firing)
      .where(sql`${table.subjectType} is not null`),
    check(
      'reward_events_of_a_subject_are_counted',
      sql`num_nulls(${table.subjectType}, ${table.subjectId}, ${table.firing}) in (0, 3)`,
    ),
    index('reward_events_standing_by_subject')
      .on(table.tenantId, table.subjectType, table.subjectId, table.alias)
      .where(
        sql`${table.subjectType} is not null and ${table.status} = 'processed' and ${table.reversedBasisPoints} < 10000`,
      ),
    check(
      'reward_events_skipped_for_a_reason',
      sql`${table.skipReason} is null or (${table.status} = 'skipped' and ${table.skipReason} in ('disabled', 'exclusive'))`,
    ),
    check(
      'reward_events_status_is_known',
      sql`${table.status} in ('pending', 'processing', 'processed', 'failed', 'skipped')`,
    ),
    check(
      'reward_events_in_hand_have_a_lease',
      sql`(${table.status} = 'processing') = (${table.leaseUntil} is not null)`,
    ),
    check(
      'reward_events_that_are_over_keep_no_payload',
      sql`${table.asked} is null or ${table.status} not in ('processed', 'skipped')`,
    ),
    check(
      'reward_events_clawback_is_known',
      sql`${table.clawback} is null or ${table.clawback} in ('strict', 'allow_debt')`,
    ),
    check(
      'reward_events_are_reversed_up_to_the_whole',
      sql`${table.reversedBasisPoints} between 0 and 10000`,
    ),
    check(
      'reward_events_base_has_a_unit',
      sql`(${table.baseAmount} is null) = (${table.baseUnit} is null)`,
    ),
    safeRange('reward_events_base_in_safe_range', table.baseAmount),
  ],
);

/** What one was paid for one event, or what was taken back: below zero then. `amount` never changes. */
export const rewards = bursar.table(
  'rewards',
  {
    tenantId: tenantId(),
    id: bigint('id', { mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    eventId: text('event_id').notNull(),
    customerId: whole('customer_id').notNull(),
    /** `actor`: did it; `upline`: stands above who did. */
    kind: text().notNull(),
    /** 1 for the sponsor; 0 for the actor. */
    level: smallint().notNull(),
    amount: whole('amount').notNull(),
    /** Of what was taken back: what was not there any more, and is still asked for. */
    outstanding: whole('outstanding').notNull().default(0),
    /** Of what was taken back: what an operator has stopped asking for. The rest of it is taken. */
    writtenOff: whole('written_off').notNull().default(0),
    /** The grant that brought it; what is left of one that waits is another. */
    grantId: whole('grant_id'),
    /** Since when it counts, where that is later. */
    maturesAt: instant('matures_at'),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'rewards_pkey', columns: [table.tenantId, table.id] }),
    unique('rewards_once').on(
      table.tenantId,
      table.eventId,
      table.customerId,
      table.kind,
      table.level,
    ),
    foreignKey({
      name: 'rewards_of_an_event',
      columns: [table.tenantId, table.eventId],
      foreignColumns: [rewardEvents.tenantId, rewardEvents.id],
    }),
    foreignKey({
      name: 'rewards_of_a_customer',
      columns: [table.tenantId, table.customerId],
      foreignColumns: [customers.tenantId, customers.id],
    }),
    foreignKey({
      name: 'rewards_brought_by_a_grant',
      columns: [table.tenantId, table.grantId],
      foreignColumns: [grants.tenantId, grants.id],
    }),
    index('rewards_by_customer').on(table.tenantId, table.customerId, table.id),
    check('rewards_kind_is_known', sql`${table.kind} in ('actor', 'upline')`),
    check(
      'rewards_of_the_actor_have_no_level',
      sql`(${table.kind} = 'actor') = (${table.level} = 0) and ${table.level} >= 0`,
    ),
    index('rewards_outstanding').on(table.tenantId, table.id).where(sql`${table.outstanding} > 0`),
    check('rewards_outstanding_is_not_negative', sql`${table.outstanding} >= 0`),
    check('rewards_written_off_is_not_negative', sql`${table.writtenOff} >= 0`),
    check(
      'rewards_outstanding_is_of_what_was_taken_back',
      sql`${table.outstanding} + ${table.writtenOff} <= greatest(0, 0 - ${table.amount})`,
    ),
    safeRange('rewards_amount_in_safe_range', table.amount),
  ],
);
