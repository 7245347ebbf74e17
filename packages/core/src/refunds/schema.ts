/**
 * What went back of orders, or is on its way: one row each, written before any money moves.
 *
 * What an order gave back and what is on its way never exceed what was paid for it: a CHECK on the order, which each row here
 * moves in its own transaction.
 */
import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  foreignKey,
  index,
  jsonb,
  primaryKey,
  smallint,
  text,
} from 'drizzle-orm/pg-core';
import { bursar, instant, safeRange, tenantId, whole } from '../kernel/schema.ts';
import { orders } from '../orders/schema.ts';
import { payments } from '../payments/schema.ts';

export const refunds = bursar.table(
  'refunds',
  {
    tenantId: tenantId(),
    /** Made before a gateway is asked; its key there is made of it. */
    id: text().notNull(),
    orderId: text('order_id').notNull(),
    /** What it goes back of, at a gateway. */
    paymentId: text('payment_id'),
    /** `asked` by an operator, `reported` by the gateway, or money that a `dispute` took. */
    source: text().notNull(),
    /** `gateway`, `wallet`, `manual`: somebody gave it back by hand; `none`: there was no money in it. */
    target: text().notNull(),
    amount: whole('amount').notNull(),
    /** What left the gateway for it: more than the amount where more went back than was left of the order. */
    sent: whole('sent').notNull(),
    /** `pending`: what it takes is set aside, and nobody knows yet whether money moves. */
    state: text().notNull(),
    /** How often the gateway was asked to. */
    attempts: smallint().notNull().default(0),
    /** What the gateway calls it. */
    externalId: text('external_id'),
    /** What it takes, or has taken, of which lots. */
    lots: jsonb().notNull(),
    /** By unit, what it would have taken and was used. */
    outstanding: jsonb().notNull().default({}),
    /** It takes all that is left, not only units for a part of the money. */
    takesAll: boolean('takes_all').notNull(),
    /** Why it came to nothing: an error's code. */
    failure: text(),
    createdAt: instant('created_at').notNull(),
    endedAt: instant('ended_at'),
  },
  (table) => [
    primaryKey({ name: 'refunds_pkey', columns: [table.tenantId, table.id] }),
    foreignKey({
      name: 'refunds_of_an_order',
      columns: [table.tenantId, table.orderId],
      foreignColumns: [orders.tenantId, orders.id],
    }),
    foreignKey({
      name: 'refunds_of_a_payment',
      columns: [table.tenantId, table.paymentId],
      foreignColumns: [payments.tenantId, payments.id],
    }),
    index('refunds_by_order').on(table.tenantId, table.orderId, table.id),
    safeRange('refunds_amount_in_safe_range', table.amount),
    check(
      'refunds_give_something_or_nothing',
      sql`${table.amount} >= 0 and (${table.amount} > 0 or ${table.target} in ('gateway', 'none')) and (${table.amount} = 0 or ${table.target} <> 'none')`,
    ),
    check(
      'refunds_target_is_known',
      sql`${table.target} in ('gateway', 'wallet', 'manual', 'none') and (${table.target} <> 'gateway' or ${table.paymentId} is not null)`,
    ),
    check(
      'refunds_source_is_known',
      sql`${table.source} in ('asked', 'reported', 'dispute') and ${table.sent} >= 0`,
    ),
    check('refunds_state_is_known', sql`${table.state} in ('pending', 'succeeded', 'failed')`),
    check(
      'refunds_end_at_some_time',
      sql`(${table.state} = 'pending') = (${table.endedAt} is null)`,
    ),
  ],
);
