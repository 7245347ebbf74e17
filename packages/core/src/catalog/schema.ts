/**
 * The catalogue as it was sold: units, features, plans, offers and their immutable versions.
 *
 * Rows of origin `code` are written from `defineCatalog` when a tenant is first used; a version
 * is never edited (a trigger forbids it), so what a subscription was sold stays readable.
 */
import { sql } from 'drizzle-orm';
import {
  check,
  foreignKey,
  integer,
  jsonb,
  primaryKey,
  smallint,
  text,
  unique,
} from 'drizzle-orm/pg-core';
import { bursar, instant, tenantId, tenants } from '../kernel/schema.ts';

export const units = bursar.table(
  'units',
  {
    tenantId: tenantId().references(() => tenants.id),
    id: integer().notNull().generatedAlwaysAsIdentity(),
    key: text().notNull(),
    scale: smallint().notNull().default(0),
  },
  (table) => [
    primaryKey({ name: 'units_pkey', columns: [table.tenantId, table.id] }),
    unique('units_key_once').on(table.tenantId, table.key),
    check('units_scale_0_to_9', sql`${table.scale} between 0 and 9`),
  ],
);

export const features = bursar.table(
  'features',
  {
    tenantId: tenantId().references(() => tenants.id),
    id: integer().notNull().generatedAlwaysAsIdentity(),
    key: text().notNull(),
    kind: text().notNull(),
    title: text(),
    origin: text().notNull().default('code'),
    archivedAt: instant('archived_at'),
  },
  (table) => [
    primaryKey({ name: 'features_pkey', columns: [table.tenantId, table.id] }),
    unique('features_key_once').on(table.tenantId, table.key),
    check(
      'features_kind_is_known',
      sql`${table.kind} in ('boolean', 'metered', 'gauge', 'config')`,
    ),
    check('features_origin_is_known', sql`${table.origin} in ('code', 'runtime')`),
  ],
);

/** At most one live subscription per customer and family. */
export const families = bursar.table(
  'families',
  {
    tenantId: tenantId().references(() => tenants.id),
    id: integer().notNull().generatedAlwaysAsIdentity(),
    key: text().notNull(),
  },
  (table) => [
    primaryKey({ name: 'families_pkey', columns: [table.tenantId, table.id] }),
    unique('families_key_once').on(table.tenantId, table.key),
  ],
);

export const plans = bursar.table(
  'plans',
  {
    tenantId: tenantId().references(() => tenants.id),
    id: integer().notNull().generatedAlwaysAsIdentity(),
    key: text().notNull(),
    origin: text().notNull().default('code'),
    archivedAt: instant('archived_at'),
  },
  (table) => [
    primaryKey({ name: 'plans_pkey', columns: [table.tenantId, table.id] }),
    unique('plans_key_once').on(table.tenantId, table.key),
    check('plans_origin_is_known', sql`${table.origin} in ('code', 'runtime')`),
  ],
);

export const planVersions = bursar.table(
  'plan_versions',
  {
    tenantId: tenantId(),
    id: integer().notNull().generatedAlwaysAsIdentity(),
    planId: integer('plan_id').notNull(),
    version: integer().notNull(),
    /** SHA-256 of the canonical definition, hex: the same content never makes a second version in a row. */
    hash: text().notNull(),
    definition: jsonb().notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'plan_versions_pkey', columns: [table.tenantId, table.id] }),
    unique('plan_versions_number_once').on(table.tenantId, table.planId, table.version),
    foreignKey({
      name: 'plan_versions_of_a_plan',
      columns: [table.tenantId, table.planId],
      foreignColumns: [plans.tenantId, plans.id],
    }),
  ],
);

export const offers = bursar.table(
  'offers',
  {
    tenantId: tenantId().references(() => tenants.id),
    id: integer().notNull().generatedAlwaysAsIdentity(),
    key: text().notNull(),
    origin: text().notNull().default('code'),
    archivedAt: instant('archived_at'),
  },
  (table) => [
    primaryKey({ name: 'offers_pkey', columns: [table.tenantId, table.id] }),
    unique('offers_key_once').on(table.tenantId, table.key),
    check('offers_origin_is_known', sql`${table.origin} in ('code', 'runtime')`),
  ],
);

export const offerVersions = bursar.table(
  'offer_versions',
  {
    tenantId: tenantId(),
    id: integer().notNull().generatedAlwaysAsIdentity(),
    offerId: integer('offer_id').notNull(),
    version: integer().notNull(),
    /** As of a plan's version. */
    hash: text().notNull(),
    definition: jsonb().notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'offer_versions_pkey', columns: [table.tenantId, table.id] }),
    unique('offer_versions_number_once').on(table.tenantId, table.offerId, table.version),
    foreignKey({
      name: 'offer_versions_of_an_offer',
      columns: [table.tenantId, table.offerId],
      foreignColumns: [offers.tenantId, offers.id],
    }),
  ],
);
