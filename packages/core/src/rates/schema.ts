/**
 * Exchange rates as they were last read, and those that an operator set.
 *
 * What a provider publishes is the same for everybody and belongs to no tenant; what an operator sets belongs to one.
 */
import { jsonb, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { bursar, instant, tenantId, tenants } from '../kernel/schema.ts';

/** The last sheet of each provider, and who is fetching the next one. */
export const rateSheets = bursar.table('rate_sheets', {
  provider: text().primaryKey(),
  base: text(),
  /** `{ USD: { of, per } }`: how much of it one has for one of the base, as decimals in text. */
  rates: jsonb(),
  /** What the provider says it holds from. */
  publishedAt: instant('published_at'),
  fetchedAt: instant('fetched_at'),
  /** Nobody else fetches until then, by the database's clock: after a failure it is the pause, too. */
  leasedUntil: timestamp('leased_until', { withTimezone: true }),
});

/** Rates that operators set: they come before those of providers. */
export const manualRates = bursar.table(
  'manual_rates',
  {
    tenantId: tenantId().references(() => tenants.id),
    fromUnit: text('from_unit').notNull(),
    toUnit: text('to_unit').notNull(),
    /** How much of `to_unit` one has for one of `from_unit`, as a decimal. */
    rate: text().notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [
    primaryKey({
      name: 'manual_rates_pkey',
      columns: [table.tenantId, table.fromUnit, table.toUnit],
    }),
  ],
);
