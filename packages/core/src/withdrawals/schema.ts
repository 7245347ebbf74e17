/**
 * Withdrawals as they were asked for, with the rate frozen on each, where the money is to go, and the history of each.
 *
 * What is set aside stands in the ledger, under the hold a withdrawal names. Where money is to go is personal, and stands apart
 * so that it can be emptied.
 */
import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  numeric,
  primaryKey,
  text,
  unique,
} from 'drizzle-orm/pg-core';
import { customers, parties } from '../customers/schema.ts';
import { bursar, instant, safeRange, tenantId, whole } from '../kernel/schema.ts';
import { holds } from '../ledger/schema.ts';

/** Where somebody is paid out to: one row for each that a customer has ever named. */
export const payoutDetails = bursar.table(
  'payout_details',
  {
    tenantId: tenantId(),
    id: bigint('id', { mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    customerId: whole('customer_id').notNull(),
    /** Of method and details; of nothing once they are erased. */
    fingerprint: text().notNull(),
    /** An account, an address: personal. Null once they are erased. */
    details: jsonb(),
    /** When they were first named: money leaves no sooner than some time after. */
    firstNamedAt: instant('first_named_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'payout_details_pkey', columns: [table.tenantId, table.id] }),
    foreignKey({
      name: 'payout_details_of_a_customer',
      columns: [table.tenantId, table.customerId],
      foreignColumns: [customers.tenantId, customers.id],
    }),
    unique('payout_details_once').on(table.tenantId, table.customerId, table.fingerprint),
  ],
);

export const withdrawals = bursar.table(
  'withdrawals',
  {
    tenantId: tenantId(),
    id: text().notNull(),
    customerId: whole('customer_id').notNull(),
    /** `manual`, or the driver that sends it. */
    method: text().notNull(),
    detailsId: whole('details_id').notNull(),
    /** What is paid out, in the smallest part of `currency`. */
    payout: whole('payout').notNull(),
    currency: text().notNull(),
    /** What the wallet pays, in the smallest part of `unit`. */
    amount: whole('amount').notNull(),
    unit: text().notNull(),
    /** What one whole of `unit` is worth in `currency`, rounded; an operator may correct it, and nothing is worked from it. */
    rate: numeric('rate', { precision: 60, scale: 10 }).notNull(),
    /** What the amounts were worked from: `of` wholes of `unit` for `per` wholes of `currency`. */
    rateOf: text('rate_of').notNull(),
    ratePer: text('rate_per').notNull(),
    rateSource: text('rate_source').notNull(),
    rateAt: instant('rate_at').notNull(),
    holdId: text('hold_id').notNull(),
    status: text().notNull().default('pending'),
    /** No sooner may it be approved or paid. */
    payableFrom: instant('payable_from').notNull(),
    /** What a driver calls the payment. */
    reference: text(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'withdrawals_pkey', columns: [table.tenantId, table.id] }),
    foreignKey({
      name: 'withdrawals_of_a_customer',
      columns: [table.tenantId, table.customerId],
      foreignColumns: [customers.tenantId, customers.id],
    }),
    foreignKey({
      name: 'withdrawals_to_details',
      columns: [table.tenantId, table.detailsId],
      foreignColumns: [payoutDetails.tenantId, payoutDetails.id],
    }),
    foreignKey({
      name: 'withdrawals_set_aside_by_a_hold',
      columns: [table.tenantId, table.holdId],
      foreignColumns: [holds.tenantId, holds.id],
    }),
    unique('withdrawals_have_a_hold_each').on(table.tenantId, table.holdId),
    index('withdrawals_by_customer').on(table.tenantId, table.customerId, table.createdAt),
    index('withdrawals_by_time').on(table.tenantId, table.createdAt),
    check(
      'withdrawals_status_is_known',
      sql`${table.status} in ('pending', 'approved', 'sending', 'unknown', 'paid', 'failed', 'rejected', 'canceled')`,
    ),
    safeRange('withdrawals_payout_in_safe_range', table.payout),
    safeRange('withdrawals_amount_in_safe_range', table.amount),
    check(
      'withdrawals_pay_out_something',
      sql`${table.payout} > 0 and ${table.amount} > 0 and ${table.rate} >= 0`,
    ),
  ],
);

/** What became of a withdrawal, and who did it. A row is never changed. */
export const withdrawalHistory = bursar.table(
  'withdrawal_history',
  {
    tenantId: tenantId(),
    withdrawalId: text('withdrawal_id').notNull(),
    /** From 1, without gaps. */
    sequence: integer().notNull(),
    at: instant().notNull(),
    status: text().notNull(),
    reason: text(),
    /** Who acted, as a party of kind `actor`; null when nobody was named. */
    actorId: whole('actor_id'),
  },
  (table) => [
    primaryKey({
      name: 'withdrawal_history_pkey',
      columns: [table.tenantId, table.withdrawalId, table.sequence],
    }),
    foreignKey({
      name: 'withdrawal_history_of_a_withdrawal',
      columns: [table.tenantId, table.withdrawalId],
      foreignColumns: [withdrawals.tenantId, withdrawals.id],
    }),
    foreignKey({
      name: 'withdrawal_history_by_an_actor',
      columns: [table.tenantId, table.actorId],
      foreignColumns: [parties.tenantId, parties.id],
    }),
    check(
      'withdrawal_history_status_is_known',
      sql`${table.status} in ('pending', 'approved', 'sending', 'unknown', 'paid', 'failed', 'rejected', 'canceled')`,
    ),
  ],
);
