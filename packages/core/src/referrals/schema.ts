/**
 * Who invited whom, and the codes that say so.
 *
 * Whoever has no row in `referrals` has no sponsor. That the rows make a tree, no constraint can say: `attach` holds one lock
 * per tenant for it.
 */
import { sql } from 'drizzle-orm';
import { check, foreignKey, index, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import { customers } from '../customers/schema.ts';
import { bursar, instant, tenantId, whole } from '../kernel/schema.ts';

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
