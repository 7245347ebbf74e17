/**
 * Orders as they were placed, everything that paying needs frozen on them, and the history of each.
 *
 * A bundled offer is an order of its own below the one it came with, so each bought line is one row: `parent_id` is null
 * for what somebody ordered. What time alone brings (lapsing, expiring) follows from the instants; `status` is stored later.
 */
import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  boolean,
  check,
  type ExtraConfigColumn,
  foreignKey,
  index,
  integer,
  jsonb,
  numeric,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { offerVersions, planVersions } from '../catalog/schema.ts';
import { customers } from '../customers/schema.ts';
import { bursar, instant, safeRange, tenantId, tenants, whole } from '../kernel/schema.ts';

/** Each once within its tenant, of the rows where the last of these is set. */
function onceWhereSet(name: string, tenant: ExtraConfigColumn, ...columns: ExtraConfigColumn[]) {
  return uniqueIndex(name)
    .on(tenant, ...columns)
    .where(sql`${columns.at(-1)} is not null`);
}

export const orders = bursar.table(
  'orders',
  {
    tenantId: tenantId(),
    id: text().notNull(),
    customerId: whole('customer_id').notNull(),
    parentId: text('parent_id'),
    /** Its place in its bundle, from 1; 0 for the order itself. */
    place: smallint().notNull().default(0),
    /** Key of the offer, or of the plan where there is no offer. */
    offer: text().notNull(),
    /** Null: the plan itself was ordered. */
    offerVersionId: integer('offer_version_id'),
    planVersionId: integer('plan_version_id'),
    title: text(),
    /** Of the offer; what `append` and `unlockedBy` go by. */
    group: text('offer_group'),
    /** In a bundle: of the whole order. */
    quantity: whole('quantity').notNull(),
    currency: text().notNull(),
    /** Of one piece. */
    price: whole('price').notNull(),
    total: whole('total').notNull(),
    country: text(),
    /** Percent; kept, never added. */
    taxRate: numeric('tax_rate', { precision: 7, scale: 4 }),
    /** ISO 8601; null is once. */
    cycle: text(),
    /** Units of one piece. */
    grants: jsonb().notNull(),
    append: boolean().notNull(),
    notBeforeStart: boolean('not_before_start').notNull(),
    timeZone: text('time_zone').notNull(),
    /** The start that was asked for. */
    asksStart: instant('asks_start'),
    status: text().notNull().default('pending'),
    /** A gateway is asked for it: of those a customer has one open of each thing sold. */
    atGateway: boolean('at_gateway').notNull().default(false),
    /** How it was paid: `free`, `manual`, `wallet` or a gateway. */
    method: text(),
    startsAt: instant('starts_at'),
    /** Null with a start: never. */
    expiresAt: instant('expires_at'),
    /** What it began or changed once it was paid; or, while it is open, what it is owed for. */
    subscriptionId: text('subscription_id'),
    /** The number of the period that it is owed for; null for what is no period. */
    period: integer(),
    /** The invoice of a gateway that it mirrors, as `<gateway>/<its id>`. */
    invoice: text(),
    /** When it is canceled by itself unless it is paid. */
    lapsesAt: instant('lapses_at').notNull(),
    paidAt: instant('paid_at'),
    /** The unit of the wallet that pays it, and how much of it. */
    walletUnit: text('wallet_unit'),
    walletAmount: whole('wallet_amount'),
    /** `{ of, per, source, at }`: what the amount was worked from. */
    walletRate: jsonb('wallet_rate'),
    /** Sets it aside until the order is paid. */
    walletHold: text('wallet_hold'),
    /** What of the total has gone back. */
    refunded: whole('refunded').notNull().default(0),
    /** What is on its way back: it goes back, or is the order's again. */
    refunding: whole('refunding').notNull().default(0),
    /** By unit, what was used of what is not paid for any more. */
    outstanding: jsonb().notNull().default({}),
    /** The payer's bank calls the payment into question; what is left of it is set aside. */
    disputed: boolean().notNull().default(false),
    /** When time brings something to it next; 'infinity' for never. */
    dueAt: instant('due_at').notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'orders_pkey', columns: [table.tenantId, table.id] }),
    foreignKey({
      name: 'orders_of_a_customer',
      columns: [table.tenantId, table.customerId],
      foreignColumns: [customers.tenantId, customers.id],
    }),
    foreignKey({
      name: 'orders_in_a_bundle',
      columns: [table.tenantId, table.parentId],
      foreignColumns: [table.tenantId as AnyPgColumn, table.id as AnyPgColumn],
    }),
    foreignKey({
      name: 'orders_of_an_offer_version',
      columns: [table.tenantId, table.offerVersionId],
      foreignColumns: [offerVersions.tenantId, offerVersions.id],
    }),
    foreignKey({
      name: 'orders_of_a_plan_version',
      columns: [table.tenantId, table.planVersionId],
      foreignColumns: [planVersions.tenantId, planVersions.id],
    }),
    // Two open ones could both be paid.
    uniqueIndex('orders_one_open_checkout_per_offer')
      .on(table.tenantId, table.customerId, table.offer, sql`(${table.offerVersionId} is null)`)
      .where(sql`${table.atGateway} and ${table.status} in ('pending', 'refused', 'error')`),
    index('orders_by_customer').on(table.tenantId, table.customerId, table.createdAt),
    index('orders_by_parent').on(table.tenantId, table.parentId),
    index('orders_by_due').on(table.tenantId, table.dueAt),
    // A period is asked for once, whoever finds first that it has begun.
    onceWhereSet('orders_once_per_period', table.tenantId, table.subscriptionId, table.period),
    onceWhereSet('orders_once_per_invoice', table.tenantId, table.invoice),
    onceWhereSet('orders_by_wallet_hold', table.tenantId, table.walletHold),
    check(
      'orders_wallet_pays_an_amount_at_a_rate',
      sql`num_nonnulls(${table.walletUnit}, ${table.walletAmount}, ${table.walletRate}) in (0, 3) and (${table.walletHold} is null or ${table.walletUnit} is not null)`,
    ),
    check('orders_id_has_1_to_255_characters', sql`length(${table.id}) between 1 and 255`),
    check(
      'orders_status_is_known',
      sql`${table.status} in ('pending', 'paid', 'refused', 'error', 'expired', 'partly_refunded', 'refunded', 'canceled')`,
    ),
    check('orders_quantity_from_1', sql`${table.quantity} between 1 and 9007199254740991`),
    safeRange('orders_price_in_safe_range', table.price),
    safeRange('orders_total_in_safe_range', table.total),
    check(
      'orders_period_is_of_a_subscription',
      sql`${table.period} is null or (${table.period} >= 1 and ${table.subscriptionId} is not null)`,
    ),
    check('orders_cost_nothing_or_more', sql`${table.price} >= 0 and ${table.total} >= 0`),
    check(
      'orders_give_no_more_back_than_was_paid',
      sql`${table.refunded} >= 0 and ${table.refunding} >= 0 and ${table.refunded} + ${table.refunding} <= ${table.total}`,
    ),
    check(
      'orders_paid_have_begun',
      sql`${table.status} in ('pending', 'refused', 'error', 'canceled') or num_nonnulls(${table.paidAt}, ${table.startsAt}, ${table.method}) = 3`,
    ),
  ],
);

/** What became of an order after it was placed. A row is never changed. */
export const orderHistory = bursar.table(
  'order_history',
  {
    tenantId: tenantId(),
    orderId: text('order_id').notNull(),
    /** From 1, without gaps. */
    sequence: integer().notNull(),
    at: instant().notNull(),
    /** A status of orders, or `inconsistent`: something that did not fit was reported. */
    status: text().notNull(),
    message: text(),
    payload: jsonb(),
    actor: text(),
  },
  (table) => [
    primaryKey({
      name: 'order_history_pkey',
      columns: [table.tenantId, table.orderId, table.sequence],
    }),
    foreignKey({
      name: 'order_history_of_an_order',
      columns: [table.tenantId, table.orderId],
      foreignColumns: [orders.tenantId, orders.id],
    }),
    check(
      'order_history_status_is_known',
      sql`${table.status} in ('pending', 'paid', 'refused', 'error', 'expired', 'partly_refunded', 'refunded', 'canceled', 'inconsistent')`,
    ),
  ],
);

/** The number of each tenant's newest receipt. Its row is locked from there to the end of the transaction, so that none is left out. */
export const receiptCounters = bursar.table('receipt_counters', {
  tenantId: tenantId()
    .primaryKey()
    .references(() => tenants.id),
  last: whole('last').notNull(),
});

/** What was paid for, as it was then. Append-only (a trigger forbids UPDATE, DELETE and TRUNCATE): nothing in it names a person. */
export const receipts = bursar.table(
  'receipts',
  {
    tenantId: tenantId(),
    /** From 1, without gaps, in the order of the commits. */
    number: whole('number').notNull(),
    orderId: text('order_id').notNull(),
    issuedAt: instant('issued_at').notNull(),
    /** `ReceiptDocument`. */
    document: jsonb().notNull(),
  },
  (table) => [
    primaryKey({ name: 'receipts_pkey', columns: [table.tenantId, table.number] }),
    uniqueIndex('receipts_one_per_order').on(table.tenantId, table.orderId),
    foreignKey({
      name: 'receipts_of_an_order',
      columns: [table.tenantId, table.orderId],
      foreignColumns: [orders.tenantId, orders.id],
    }),
    check('receipts_number_from_1', sql`${table.number} between 1 and 9007199254740991`),
  ],
);
