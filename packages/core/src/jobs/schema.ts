/**
 * Jobs: work that is done later, or slowly, or outside, and is never lost. A job commits with what asks for it.
 *
 * Whoever holds the lease does it; whoever holds the last token may say what became of it.
 */
import { sql } from 'drizzle-orm';
import { check, index, integer, jsonb, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { bursar, instant, tenantId, tenants } from '../kernel/schema.ts';

export const jobs = bursar.table(
  'jobs',
  {
    tenantId: tenantId().references(() => tenants.id),
    id: text().notNull(),
    /** What is to be done: `webhook`, `wallet.change`. */
    kind: text().notNull(),
    /** Asking again under it is asking for the same job. */
    key: text(),
    /** Of one lane few are done at a time, so that a slow one holds back no other. */
    lane: text().notNull().default(''),
    payload: jsonb().notNull(),
    state: text().notNull().default('pending'),
    attempts: integer().notNull().default(0),
    nextAt: instant('next_at').notNull(),
    /** Whoever holds it has it until then, by the database's clock. */
    leaseUntil: instant('lease_until'),
    /** Counts who has held it. */
    token: integer().notNull().default(0),
    error: text(),
    createdAt: instant('created_at').notNull(),
    /** When it was done, or given up on. */
    endedAt: instant('ended_at'),
  },
  (table) => [
    primaryKey({ name: 'jobs_pkey', columns: [table.tenantId, table.id] }),
    uniqueIndex('jobs_once_under_a_key')
      .on(table.tenantId, table.kind, table.key)
      .where(sql`${table.key} is not null`),
    index('jobs_due')
      .on(table.kind, table.lane, table.nextAt)
      .where(sql`${table.state} = 'pending'`),
    index('jobs_in_hand').on(table.kind, table.lane).where(sql`${table.leaseUntil} is not null`),
    check('jobs_state_is_known', sql`${table.state} in ('pending', 'done', 'dead')`),
    check(
      'jobs_that_ended_say_when',
      sql`(${table.state} = 'pending') = (${table.endedAt} is null)`,
    ),
    check(
      'jobs_in_hand_are_pending',
      sql`${table.state} = 'pending' or ${table.leaseUntil} is null`,
    ),
  ],
);
