/**
 * Payments of orders at gateways, and the inbox of what gateways told of them.
 *
 * A payment is written before the gateway is asked for it. What a gateway says is merged, never overwritten: whatever the
 * order in which it comes, and however often, the row is the same in the end.
 */
import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  foreignKey,
  index,
  jsonb,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { bursar, instant, safeRange, tenantId, tenants, whole } from '../kernel/schema.ts';
import { orders } from '../orders/schema.ts';

export const payments = bursar.table(
  'payments',
  {
    tenantId: tenantId(),
    /** Made before the gateway is asked; its key there is made of it. */
    id: text().notNull(),
    orderId: text('order_id').notNull(),
    gateway: text().notNull(),
    /** What the gateway calls it; null while nobody knows whether it is there. */
    externalId: text('external_id'),
    amount: whole('amount').notNull(),
    currency: text().notNull(),
    /** Decimals of the amount, as the catalogue had them. */
    scale: whole('scale').notNull(),
    /** What the gateway was asked with: the same again under the same key. */
    request: jsonb().notNull(),
    state: text().notNull().default('creating'),
    /** Of the state, by the gateway's time. */
    stateAt: instant('state_at').notNull(),
    /** The last word that was bad for the order, by the gateway's time: `refused` or `error`. */
    refusal: text(),
    refusalAt: instant('refusal_at'),
    livemode: boolean(),
    /** What went back of it so far, as the gateway says. */
    refunded: whole('refunded').notNull().default(0),
    disputed: boolean().notNull().default(false),
    /** By the gateway's id of each: how it stands there, and of how much. */
    disputes: jsonb().notNull().default({}),
    /** Why it succeeded and nothing was handed out. */
    flagged: text(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'payments_pkey', columns: [table.tenantId, table.id] }),
    foreignKey({
      name: 'payments_of_an_order',
      columns: [table.tenantId, table.orderId],
      foreignColumns: [orders.tenantId, orders.id],
    }),
    uniqueIndex('payments_once_at_a_gateway')
      .on(table.tenantId, table.gateway, table.externalId)
      .where(sql`${table.externalId} is not null`),
    // Two open ones could both be paid.
    uniqueIndex('payments_one_open_per_order')
      .on(table.tenantId, table.orderId)
      .where(
        sql`${table.state} not in ('succeeded', 'canceled') and ${table.refusal} is distinct from 'refused'`,
      ),
    index('payments_by_order').on(table.tenantId, table.orderId, table.createdAt),
    check(
      'payments_state_is_known',
      sql`${table.state} in ('creating', 'open', 'processing', 'needs_payment_method', 'needs_action', 'needs_capture', 'unknown', 'canceled', 'succeeded')`,
    ),
    check(
      'payments_refusal_is_known',
      sql`(${table.refusal} is null) = (${table.refusalAt} is null) and coalesce(${table.refusal}, 'error') in ('refused', 'error')`,
    ),
    safeRange('payments_amount_in_safe_range', table.amount),
    check('payments_are_of_something', sql`${table.amount} > 0 and ${table.refunded} >= 0`),
  ],
);

/** What gateways told, by the id of the event there: for good, so that a repeat does nothing. No bodies. */
export const gatewayEvents = bursar.table(
  'gateway_events',
  {
    tenantId: tenantId().references(() => tenants.id),
    gateway: text().notNull(),
    id: text().notNull(),
    /** The gateway's own word. */
    type: text().notNull(),
    at: instant('at').notNull(),
    receivedAt: instant('received_at').notNull(),
    /** Null: about no payment of ours. */
    paymentId: text('payment_id'),
    outcome: text().notNull(),
  },
  (table) => [
    primaryKey({
      name: 'gateway_events_pkey',
      columns: [table.tenantId, table.gateway, table.id],
    }),
    index('gateway_events_by_payment').on(table.tenantId, table.paymentId),
    check(
      'gateway_events_outcome_is_known',
      sql`${table.outcome} in ('applied', 'ignored', 'flagged')`,
    ),
  ],
);
