/**
 * The outbox: news that commits with its cause. What the ledger does is news by its entries and stands there only.
 *
 * Readers claim by state, never by a cursor over positions: rows commit out of order.
 */
import { sql } from 'drizzle-orm';
import { bigint, check, index, integer, jsonb, primaryKey, text } from 'drizzle-orm/pg-core';
import { bursar, instant, tenantId, tenants, writerXid } from '../kernel/schema.ts';

export const outbox = bursar.table(
  'outbox',
  {
    tenantId: tenantId().references(() => tenants.id),
    id: text().notNull(),
    position: bigint('position', { mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    type: text().notNull(),
    /** The host's id of the customer it is about; rewritten when that customer is erased. */
    customer: text(),
    subjectType: text('subject_type').notNull(),
    subjectId: text('subject_id').notNull(),
    actor: text(),
    source: text(),
    at: instant('at').notNull(),
    data: jsonb().notNull(),
    state: text().notNull().default('pending'),
    attempts: integer().notNull().default(0),
    xid: writerXid('xid').notNull().default(sql`(pg_current_xact_id()::text)::bigint`),
  },
  (table) => [
    primaryKey({ name: 'outbox_pkey', columns: [table.tenantId, table.id] }),
    index('outbox_pending').on(table.position).where(sql`${table.state} = 'pending'`),
    check('outbox_state_is_known', sql`${table.state} in ('pending', 'published', 'dead')`),
  ],
);
