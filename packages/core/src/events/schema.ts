/**
 * The outbox: news that commits with its cause. What the ledger does is news by its entries and stands there only.
 *
 * Readers claim by state, never by a cursor over positions: rows commit out of order.
 */
import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  primaryKey,
  text,
  unique,
} from 'drizzle-orm/pg-core';
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
    index('outbox_of_entries').on(table.position).where(sql`${table.type} = 'ledger.entries'`),
    index('outbox_pending').on(table.position).where(sql`${table.state} = 'pending'`),
    check('outbox_state_is_known', sql`${table.state} in ('pending', 'published', 'dead')`),
  ],
);

/** Who reads the outbox, by name, over all tenants. */
export const consumers = bursar.table(
  'consumers',
  {
    id: integer().notNull().generatedAlwaysAsIdentity(),
    name: text().notNull(),
    /** A list of types; null is all. */
    types: jsonb(),
    /** Events from before are not for it. */
    startsAt: instant('starts_at').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'consumers_pkey', columns: [table.id] }),
    unique('consumers_name_once').on(table.name),
  ],
);

/** What a consumer has still to be given, one row per event; gone once it was taken. */
export const deliveries = bursar.table(
  'deliveries',
  {
    consumerId: integer('consumer_id').notNull(),
    /** Of the outbox row. */
    position: bigint('position', { mode: 'number' }).notNull(),
    tenantId: tenantId(),
    eventId: text('event_id').notNull(),
    /** `<tenant>/<type>/<id>`: one after the other. */
    subject: text().notNull(),
    state: text().notNull().default('pending'),
    attempts: integer().notNull().default(0),
    nextAt: instant('next_at').notNull(),
    /** Whoever holds it has it until then. */
    leaseUntil: instant('lease_until'),
    /** Counts who has held it: only the last may say that it was taken. */
    token: integer().notNull().default(0),
    error: text(),
    /** Of a stretch of a balance's entries: up to which of them it was taken. */
    doneTo: bigint('done_to', { mode: 'number' }),
  },
  (table) => [
    primaryKey({ name: 'deliveries_pkey', columns: [table.consumerId, table.position] }),
    foreignKey({
      name: 'deliveries_to_a_consumer',
      columns: [table.consumerId],
      foreignColumns: [consumers.id],
    }),
    foreignKey({
      name: 'deliveries_of_an_event',
      columns: [table.tenantId, table.eventId],
      foreignColumns: [outbox.tenantId, outbox.id],
    }),
    index('deliveries_by_subject')
      .on(table.consumerId, table.subject, table.position)
      .where(sql`${table.state} = 'pending'`),
    index('deliveries_by_event').on(table.tenantId, table.eventId),
    check('deliveries_state_is_known', sql`${table.state} in ('pending', 'dead')`),
  ],
);
