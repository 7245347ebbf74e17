/**
 * Standing instructions to buy more when a balance runs low, and what was tried for them.
 *
 * One attempt at a time is open for a balance, by constraint: however many notice that it is low, one order is placed.
 */
import { sql } from 'drizzle-orm';
import {
  check,
  foreignKey,
  index,
  integer,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { bursar, instant, tenantId, whole } from '../kernel/schema.ts';
import { balances } from '../ledger/schema.ts';
import { orders } from '../orders/schema.ts';

/** One per balance; at how much it acts stands on the balance. */
export const autoTopUps = bursar.table(
  'auto_top_ups',
  {
    tenantId: tenantId(),
    balanceId: whole('balance_id').notNull(),
    offer: text().notNull(),
    quantity: integer().notNull(),
    gateway: text(),
    /** How many may be bought within `per`, an ISO 8601 duration. */
    most: integer().notNull(),
    per: text().notNull(),
    /** In a row, since something was bought or it was set. */
    declines: smallint().notNull().default(0),
    /** Nothing is tried before. */
    retryAt: instant('retry_at'),
    /** From then on nothing is tried until it is set anew. */
    stoppedAt: instant('stopped_at'),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'auto_top_ups_pkey', columns: [table.tenantId, table.balanceId] }),
    foreignKey({
      name: 'auto_top_ups_of_a_balance',
      columns: [table.tenantId, table.balanceId],
      foreignColumns: [balances.tenantId, balances.id],
    }),
    check('auto_top_ups_buy_something', sql`${table.quantity} > 0 and ${table.most} > 0`),
  ],
);

export const topUpAttempts = bursar.table(
  'top_up_attempts',
  {
    tenantId: tenantId(),
    id: text().notNull(),
    balanceId: whole('balance_id').notNull(),
    /** Null until it is placed. */
    orderId: text('order_id'),
    state: text().notNull().default('open'),
    createdAt: instant('created_at').notNull(),
    endedAt: instant('ended_at'),
  },
  (table) => [
    primaryKey({ name: 'top_up_attempts_pkey', columns: [table.tenantId, table.id] }),
    foreignKey({
      name: 'top_up_attempts_on_a_balance',
      columns: [table.tenantId, table.balanceId],
      foreignColumns: [balances.tenantId, balances.id],
    }),
    foreignKey({
      name: 'top_up_attempts_of_an_order',
      columns: [table.tenantId, table.orderId],
      foreignColumns: [orders.tenantId, orders.id],
    }),
    uniqueIndex('top_up_attempts_open_once_per_balance')
      .on(table.tenantId, table.balanceId)
      .where(sql`${table.state} = 'open'`),
    index('top_up_attempts_by_balance').on(table.tenantId, table.balanceId, table.createdAt),
    check(
      'top_up_attempts_state_is_known',
      sql`${table.state} in ('open', 'paid', 'declined', 'failed')`,
    ),
    check(
      'top_up_attempts_end_at_some_time',
      sql`(${table.state} = 'open') = (${table.endedAt} is null)`,
    ),
  ],
);
