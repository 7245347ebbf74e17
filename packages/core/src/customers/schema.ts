/**
 * Who is entitled and pays, the ids other systems know them by, and the parties that use on their behalf.
 *
 * A host's own id stands in one column of one row, so that erasing a person rewrites one place.
 */
import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  foreignKey,
  index,
  jsonb,
  primaryKey,
  text,
  unique,
} from 'drizzle-orm/pg-core';
import { bursar, instant, tenantId, tenants, whole } from '../kernel/schema.ts';

export const customers = bursar.table(
  'customers',
  {
    tenantId: tenantId().references(() => tenants.id),
    id: bigint('id', { mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    externalId: text('external_id').notNull(),
    kind: text().notNull().default('user'),
    email: text(),
    name: text(),
    locale: text(),
    timeZone: text('time_zone').notNull().default('UTC'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    frozenAt: instant('frozen_at'),
    erasedAt: instant('erased_at'),
  },
  (table) => [
    primaryKey({ name: 'customers_pkey', columns: [table.tenantId, table.id] }),
    unique('customers_external_id_once').on(table.tenantId, table.externalId),
    check(
      'customers_external_id_has_1_to_255_characters',
      sql`length(${table.externalId}) between 1 and 255`,
    ),
    check('customers_kind_has_1_to_64_characters', sql`length(${table.kind}) between 1 and 64`),
  ],
);

/** `{ stripe: 'cus_123' }`: what another system calls this customer. */
export const customerExternals = bursar.table(
  'customer_externals',
  {
    tenantId: tenantId(),
    customerId: whole('customer_id').notNull(),
    system: text().notNull(),
    externalId: text('external_id').notNull(),
  },
  (table) => [
    primaryKey({
      name: 'customer_externals_pkey',
      columns: [table.tenantId, table.customerId, table.system],
    }),
    unique('customer_externals_once').on(table.tenantId, table.system, table.externalId),
    foreignKey({
      name: 'customer_externals_of_a_customer',
      columns: [table.tenantId, table.customerId],
      foreignColumns: [customers.tenantId, customers.id],
    }),
  ],
);

/** A member, device or job that uses what the customer has (`usedBy`), or who changes something by hand (kind `actor`). */
export const parties = bursar.table(
  'parties',
  {
    tenantId: tenantId().references(() => tenants.id),
    id: bigint('id', { mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    kind: text().notNull(),
    externalId: text('external_id').notNull(),
  },
  (table) => [
    primaryKey({ name: 'parties_pkey', columns: [table.tenantId, table.id] }),
    unique('parties_once').on(table.tenantId, table.kind, table.externalId),
    check(
      'parties_external_id_has_1_to_255_characters',
      sql`length(${table.externalId}) between 1 and 255`,
    ),
  ],
);

/**
 * The answers of keyed commands that write no ledger entry. Scope is the acting customer, 0 for none.
 * Written last in its transaction, after an advisory lock on the key.
 */
export const commands = bursar.table(
  'commands',
  {
    tenantId: tenantId().references(() => tenants.id),
    scope: whole('scope').notNull(),
    verb: text().notNull(),
    key: text().notNull(),
    requestHash: bigint('request_hash', { mode: 'bigint' }).notNull(),
    answer: jsonb().notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    primaryKey({
      name: 'commands_once_per_key',
      columns: [table.tenantId, table.scope, table.verb, table.key],
    }),
    check('commands_key_has_1_to_255_characters', sql`length(${table.key}) between 1 and 255`),
    index('commands_by_age').on(table.tenantId, table.createdAt),
  ],
);
