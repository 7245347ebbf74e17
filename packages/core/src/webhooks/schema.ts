/**
 * Outgoing webhooks: where a tenant wants its events sent, and each attempt to send one.
 *
 * What is still to be sent is a job; attempts are forgotten with it.
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
} from 'drizzle-orm/pg-core';
import { jobs } from '../jobs/schema.ts';
import { bursar, instant, tenantId, tenants } from '../kernel/schema.ts';

export const webhookEndpoints = bursar.table(
  'webhook_endpoints',
  {
    tenantId: tenantId().references(() => tenants.id),
    id: text().notNull(),
    url: text().notNull(),
    description: text(),
    /** A list of event types. */
    types: jsonb().notNull(),
    state: text().notNull().default('enabled'),
    /** Why it is disabled: `asked`, `gone`, `failing`. */
    disabledBecause: text('disabled_because'),
    /** `whsec_` and 32 random bytes in base64. */
    secret: text().notNull(),
    /** Signs too, until then. */
    previousSecret: text('previous_secret'),
    previousUntil: instant('previous_until'),
    /** When the first attempt failed since one last succeeded. */
    failingSince: instant('failing_since'),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'webhook_endpoints_pkey', columns: [table.tenantId, table.id] }),
    check('webhook_endpoints_state_is_known', sql`${table.state} in ('enabled', 'disabled')`),
    check(
      'webhook_endpoints_that_are_disabled_say_why',
      sql`(${table.state} = 'disabled') = (${table.disabledBecause} is not null)`,
    ),
    check(
      'webhook_endpoints_keep_an_old_secret_until_a_time',
      sql`(${table.previousSecret} is null) = (${table.previousUntil} is null)`,
    ),
  ],
);

export const webhookAttempts = bursar.table(
  'webhook_attempts',
  {
    tenantId: tenantId(),
    id: bigint('id', { mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    jobId: text('job_id').notNull(),
    at: instant('at').notNull(),
    /** What the endpoint answered; null: it did not. */
    status: integer(),
    /** Null when it was taken. */
    error: text(),
    milliseconds: integer().notNull(),
  },
  (table) => [
    primaryKey({ name: 'webhook_attempts_pkey', columns: [table.tenantId, table.id] }),
    foreignKey({
      name: 'webhook_attempts_of_a_job',
      columns: [table.tenantId, table.jobId],
      foreignColumns: [jobs.tenantId, jobs.id],
    }).onDelete('cascade'),
    index('webhook_attempts_by_job').on(table.tenantId, table.jobId, table.id),
  ],
);
