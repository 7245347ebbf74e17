/**
 * Who is entitled and pays, with its profile, the ids other systems know them by, and the parties that use on their behalf.
 *
 * A host's own id stands in one column of one row, and the profile beside it: nobody is without one, and erasing a person
 * rewrites one place.
 */
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
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
    firstName: text('first_name'),
    lastName: text('last_name'),
    phone: text(),
    country: text(),
    /** `2001-02-03`: a date has no zone, and drivers would give it one. */
    birthDate: text('birth_date'),
    avatarUrl: text('avatar_url'),
    emailOptIn: boolean('email_opt_in').notNull().default(false),
    smsOptIn: boolean('sms_opt_in').notNull().default(false),
    /** Percent with two decimals, of 10,000. */
    discountBasisPoints: integer('discount_basis_points').notNull().default(0),
    role: text().notNull().default('customer'),
    /** What the role asks for beside. */
    extra: jsonb().notNull().default({}),
    /** `billing`, `shipping`, `other`; those that are there. */
    addresses: jsonb().notNull().default({}),
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
    check('customers_country_is_two_capitals', sql`${table.country} ~ '^[A-Z]{2}$'`),
    check(
      'customers_discount_is_up_to_the_whole',
      sql`${table.discountBasisPoints} between 0 and 10000`,
    ),
    check(
      'customers_birth_date_is_a_date',
      sql`${table.birthDate} ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'`,
    ),
    check('customers_role_has_1_to_64_characters', sql`length(${table.role}) between 1 and 64`),
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
