/**
 * The audit: who changed what of whose, and why. Append-only (a trigger forbids UPDATE, DELETE and TRUNCATE).
 *
 * Facts are amounts, units, ids and states. Personal values stand in a table of their own, and can be deleted there.
 */
import { sql } from 'drizzle-orm';
import { bigint, check, foreignKey, index, jsonb, primaryKey, text } from 'drizzle-orm/pg-core';
import { customers, parties } from '../customers/schema.ts';
import { bursar, instant, tenantId, tenants, whole } from '../kernel/schema.ts';

export const audit = bursar.table(
  'audit',
  {
    tenantId: tenantId().references(() => tenants.id),
    id: bigint('id', { mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    at: instant('at').notNull(),
    /** Who acted, as a party of kind `actor`, so that the name stands in one place; null when nobody was named. */
    actorId: whole('actor_id'),
    /** `wallet.credit`: the verb, with its namespace. */
    operation: text().notNull(),
    customerId: whole('customer_id'),
    /** What of the customer was changed: a balance by its unit, a grant; null when it is the customer. */
    subjectType: text('subject_type'),
    subjectId: text('subject_id'),
    reason: text().notNull(),
    facts: jsonb().notNull(),
  },
  (table) => [
    primaryKey({ name: 'audit_pkey', columns: [table.tenantId, table.id] }),
    foreignKey({
      name: 'audit_of_a_customer',
      columns: [table.tenantId, table.customerId],
      foreignColumns: [customers.tenantId, customers.id],
    }),
    foreignKey({
      name: 'audit_by_an_actor',
      columns: [table.tenantId, table.actorId],
      foreignColumns: [parties.tenantId, parties.id],
    }),
    index('audit_by_customer').on(table.tenantId, table.customerId, table.id),
    check(
      'audit_names_the_subject_whole',
      sql`(${table.subjectType} is null) = (${table.subjectId} is null)`,
    ),
    check('audit_reason_has_1_to_500_characters', sql`length(${table.reason}) between 1 and 500`),
  ],
);

/** What an audited change held of a person, before and after. Erasing the person deletes it; the line itself stays. */
export const auditValues = bursar.table(
  'audit_values',
  {
    tenantId: tenantId(),
    auditId: whole('audit_id').notNull(),
    /** The field: `email`, `external.stripe`. */
    name: text().notNull(),
    /** `{ before, after }`. */
    value: jsonb().notNull(),
  },
  (table) => [
    primaryKey({
      name: 'audit_values_pkey',
      columns: [table.tenantId, table.auditId, table.name],
    }),
    foreignKey({
      name: 'audit_values_of_a_line',
      columns: [table.tenantId, table.auditId],
      foreignColumns: [audit.tenantId, audit.id],
    }),
  ],
);
