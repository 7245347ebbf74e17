/** Typed values an operator can change; a row exists only where the default was overridden. */
import { bigint, jsonb, primaryKey, text } from 'drizzle-orm/pg-core';
import { bursar, instant, tenantId, tenants } from '../kernel/schema.ts';

export const settings = bursar.table(
  'settings',
  {
    tenantId: tenantId().references(() => tenants.id),
    key: text().notNull(),
    /** `''` for all, `<locale>`, `<region>`, or `<region>/<locale>`: the most special one wins. */
    scope: text().notNull().default(''),
    /** `{ "value": … }`: wrapped, so that text and null survive every driver. */
    value: jsonb().notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'settings_pkey', columns: [table.tenantId, table.key, table.scope] }),
  ],
);

/** One row per tenant whose settings were ever changed: the lock of whoever changes them, and what memories compare. */
export const settingsVersions = bursar.table('settings_versions', {
  tenantId: tenantId()
    .primaryKey()
    .references(() => tenants.id),
  version: bigint({ mode: 'number' }).notNull(),
});
