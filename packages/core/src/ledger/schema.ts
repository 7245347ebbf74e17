/**
 * The books: balances, the grants that fill them, the entries that move them, and who paid what.
 *
 * Entries, draws and meta are append-only (a trigger forbids UPDATE, DELETE and TRUNCATE).
 * A spend touches one balance row, in no indexed column, and appends one entry.
 * Constraints are the net beneath: refusing is the business of the statements.
 */
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  primaryKey,
  smallint,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { features, units } from '../catalog/schema.ts';
import { customers, parties } from '../customers/schema.ts';
import {
  bursar,
  bytewise,
  instant,
  safeRange,
  tenantId,
  tenants,
  whole,
  writerXid,
} from '../kernel/schema.ts';

const unlimited = sql`9007199254740991`;

/** One narrow row per customer and unit: everything the hot path reads and writes. */
export const balances = bursar.table(
  'balances',
  {
    tenantId: tenantId(),
    id: bigint('id', { mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    customerId: whole('customer_id').notNull(),
    unitId: integer('unit_id').notNull(),
    settled: whole('settled').notNull().default(0),
    held: whole('held').notNull().default(0),
    /** Draw position: every unit ever spent or held. Positions below `attributed` have their grant. */
    drawn: whole('drawn').notNull().default(0),
    attributed: whole('attributed').notNull().default(0),
    /** The nearest draw position at which something must be announced; 2^53-1 for none. */
    mark: whole('mark').notNull().default(unlimited),
    /** Least that `available` may be; -(2^53-1) for none. Never null: a null would refuse every spend. */
    floor: whole('floor').notNull().default(0),
    ceiling: whole('ceiling').notNull().default(unlimited),
    /** How far below the floor the balance was pushed by a claw-back or a raised floor. */
    debt: whole('debt').notNull().default(0),
    /** What the sub-window still allows; null without one. */
    capLeft: whole('cap_left'),
    /** The sub-window: its cap, when it began, the draw position at which it did, and what of its units came back. */
    capMax: whole('cap_max'),
    capSince: instant('cap_since'),
    capFrom: whole('cap_from'),
    capReturned: whole('cap_returned'),
    sequence: whole('sequence').notNull().default(0),
    ownLimits: boolean('own_limits').notNull().default(false),
    /** Stopped by an operator, beside its customer's own freeze. */
    frozen: boolean().notNull().default(false),
    /** At how much or less a standing instruction buys more; null without one. */
    topUpAt: whole('top_up_at'),
    /** The next instant at which something changes by time alone; 'infinity' for never, '-infinity' while frozen. */
    validUntil: instant('valid_until').notNull(),
    /** Counts the writes after which what was granted, or when more comes, may be another. */
    epoch: integer().notNull().default(0),
    changedAt: instant('changed_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'balances_pkey', columns: [table.tenantId, table.id] }),
    unique('balances_once_per_customer_and_unit').on(
      table.tenantId,
      table.customerId,
      table.unitId,
    ),
    foreignKey({
      name: 'balances_of_a_customer',
      columns: [table.tenantId, table.customerId],
      foreignColumns: [customers.tenantId, customers.id],
    }),
    foreignKey({
      name: 'balances_in_a_unit',
      columns: [table.tenantId, table.unitId],
      foreignColumns: [units.tenantId, units.id],
    }),
    index('balances_by_valid_until').on(table.tenantId, table.validUntil),
    // The only check: PostgreSQL reads each anew for every statement, which costs a lone spend 3 to 6 us apiece. What
    // else must hold of the figures is asked by `verify`; the statements that write them cannot break it.
    check(
      'balances_available_at_or_above_floor',
      sql`${table.settled} - ${table.held} + ${table.debt} >= ${table.floor}`,
    ),
  ],
);

/** A lot: an amount with a source, a window, a priority and what is still free of it. */
export const grants = bursar.table(
  'grants',
  {
    tenantId: tenantId(),
    id: bigint('id', { mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    balanceId: whole('balance_id').notNull(),
    source: text().notNull(),
    /** Unique per balance and source: `<subscription>/<feature>/<period>` for a plan's quota. */
    reference: bytewise('reference'),
    amount: whole('amount').notNull(),
    free: whole('free').notNull(),
    /** Units taken out of it unspent, by expiry or voiding: amount - free - removed is what was drawn and not given back. */
    removed: whole('removed').notNull().default(0),
    priority: integer().notNull().default(0),
    effectiveAt: instant('effective_at').notNull(),
    expiresAt: instant('expires_at'),
    /** True while it counts: begun, not expired, not voided. A not-before-start grant waits closed until its start. */
    open: boolean().notNull().default(true),
    /** When it was over, by expiry or by voiding; null while open or waiting. */
    closedAt: instant('closed_at'),
    voidedAt: instant('voided_at'),
    /** A plan's grant that cannot run out: what is drawn under it is booked as further grants when caught up. */
    unlimited: boolean().notNull().default(false),
    /** The end that was announced as near; another end is announced anew. */
    warnedFor: instant('warned_for'),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'grants_pkey', columns: [table.tenantId, table.id] }),
    foreignKey({
      name: 'grants_on_a_balance',
      columns: [table.tenantId, table.balanceId],
      foreignColumns: [balances.tenantId, balances.id],
    }),
    uniqueIndex('grants_reference_once')
      .on(table.tenantId, table.balanceId, table.source, table.reference)
      .where(sql`${table.reference} is not null`),
    index('grants_open_by_balance').on(table.tenantId, table.balanceId).where(sql`${table.open}`),
    // What plans give ends each period, and is told of by the subscription.
    index('grants_to_warn_of')
      .on(table.tenantId, table.expiresAt)
      .where(
        sql`${table.open} and ${table.free} > 0 and ${table.expiresAt} is not null and ${table.warnedFor} is null and ${table.source} not in ('plan', 'rollover', 'overage')`,
      ),
    index('grants_waiting_by_balance')
      .on(table.tenantId, table.balanceId)
      .where(sql`not ${table.open} and ${table.closedAt} is null`),
    check(
      'grants_source_is_known',
      sql`${table.source} in ('plan', 'order', 'top_up', 'promotion', 'reward', 'rollover', 'refund', 'overage', 'adjustment', 'transfer', 'exchange')`,
    ),
    safeRange('grants_amount_is_safe', table.amount),
    check('grants_amount_is_not_negative', sql`${table.amount} >= 0`),
    check(
      'grants_free_and_removed_within_amount',
      sql`${table.free} >= 0 and ${table.removed} >= 0 and ${table.free} + ${table.removed} <= ${table.amount}`,
    ),
    check(
      'grants_closed_have_nothing_free',
      sql`${table.closedAt} is null or (${table.free} = 0 and not ${table.open})`,
    ),
  ],
);

/** Which stretch of draw positions a grant paid. A later row over the same position cannot be. */
export const draws = bursar.table(
  'draws',
  {
    tenantId: tenantId(),
    balanceId: whole('balance_id').notNull(),
    grantId: whole('grant_id').notNull(),
    fromPosition: whole('from_position').notNull(),
    toPosition: whole('to_position').notNull(),
  },
  (table) => [
    primaryKey({
      name: 'draws_begin_once',
      columns: [table.tenantId, table.balanceId, table.fromPosition],
    }),
    foreignKey({
      name: 'draws_of_a_grant',
      columns: [table.tenantId, table.grantId],
      foreignColumns: [grants.tenantId, grants.id],
    }),
    check(
      'draws_go_forward',
      sql`0 <= ${table.fromPosition} and ${table.fromPosition} < ${table.toPosition}`,
    ),
    index('draws_by_grant').on(table.tenantId, table.grantId),
  ],
);

/** One row per balance and change. The key of a row is its place in the balance's own story. */
export const entries = bursar.table(
  'entries',
  {
    tenantId: tenantId(),
    balanceId: whole('balance_id').notNull(),
    sequence: whole('sequence').notNull(),
    kind: text().notNull(),
    /** Change of `settled`; positive always means more. */
    amount: whole('amount').notNull(),
    /** Change of `held`: a hold (0, +n), a release (0, -n), a capture (-n, -n). */
    heldAmount: whole('held_amount').notNull().default(0),
    settledAfter: whole('settled_after').notNull(),
    heldAfter: whole('held_after').notNull(),
    drawnTo: whole('drawn_to').notNull(),
    /** The system account on the other side; null when that is another balance, or nothing settled moved. */
    counter: text(),
    /** The entry that belongs to this one: the other side of a transfer, or the other leg of a split spend. */
    counterBalanceId: whole('counter_balance_id'),
    counterSequence: whole('counter_sequence'),
    /** The entry of this balance that this one undoes, captures or releases. */
    ofSequence: whole('of_sequence'),
    /** The grant this entry makes, expires or voids. */
    grantId: whole('grant_id'),
    /** When the unit is not the feature: credits that pay for a feature's use. */
    featureId: integer('feature_id'),
    /** On credits that pay for a use: how many of them one use took; what a give-back counts by. */
    cost: whole('cost'),
    usedById: whole('used_by_id'),
    referenceType: text('reference_type'),
    referenceId: text('reference_id'),
    key: text(),
    keyAttempt: smallint('key_attempt').notNull().default(0),
    requestHash: bigint('request_hash', { mode: 'bigint' }),
    happenedAt: instant('happened_at').notNull(),
    bookedAt: instant('booked_at').notNull(),
    xid: writerXid('xid').notNull().default(sql`(pg_current_xact_id()::text)::bigint`),
  },
  (table) => [
    primaryKey({
      name: 'entries_pkey',
      columns: [table.tenantId, table.balanceId, table.sequence],
    }),
    // No foreign key to the balance: checked row by row it takes two fifths of a shared commit. Every statement that
    // writes an entry reads its balance under the lock first, and `verify` looks for entries without one.
    foreignKey({
      name: 'entries_for_a_feature',
      columns: [table.tenantId, table.featureId],
      foreignColumns: [features.tenantId, features.id],
    }),
    foreignKey({
      name: 'entries_used_by_a_party',
      columns: [table.tenantId, table.usedById],
      foreignColumns: [parties.tenantId, parties.id],
    }),
    uniqueIndex('entries_key_once')
      .on(table.tenantId, table.balanceId, table.key, table.keyAttempt)
      .where(sql`${table.key} is not null`),
    index('entries_by_writer').using('brin', table.xid),
    // For figures by time over all wallets. One day of a million entries of two years: 120 ms without it, 4 with it.
    index('entries_by_time').using('brin', table.happenedAt),
    // The only check, as on balances.
    check(
      'entries_that_settle_name_the_other_side',
      sql`${table.amount} = 0 or num_nonnulls(${table.counter}, ${table.counterBalanceId}) >= 1`,
    ),
  ],
);

/** What the host wants to keep beside an entry. */
export const entryMeta = bursar.table(
  'entry_meta',
  {
    tenantId: tenantId(),
    balanceId: whole('balance_id').notNull(),
    sequence: whole('sequence').notNull(),
    meta: jsonb().notNull(),
  },
  (table) => [
    primaryKey({
      name: 'entry_meta_pkey',
      columns: [table.tenantId, table.balanceId, table.sequence],
    }),
    foreignKey({
      name: 'entry_meta_of_an_entry',
      columns: [table.tenantId, table.balanceId, table.sequence],
      foreignColumns: [entries.tenantId, entries.balanceId, entries.sequence],
    }),
  ],
);

/** How many units of a spend were given back; never more than it took. */
export const returns = bursar.table(
  'returns',
  {
    tenantId: tenantId(),
    balanceId: whole('balance_id').notNull(),
    sequence: whole('sequence').notNull(),
    units: whole('units').notNull(),
    /** True when the last of it came back by `reverse`: the key then stays taken. */
    reversed: boolean().notNull().default(false),
  },
  (table) => [
    primaryKey({
      name: 'returns_once_per_spend',
      columns: [table.tenantId, table.balanceId, table.sequence],
    }),
    foreignKey({
      name: 'returns_of_an_entry',
      columns: [table.tenantId, table.balanceId, table.sequence],
      foreignColumns: [entries.tenantId, entries.balanceId, entries.sequence],
    }),
    check('returns_are_positive', sql`${table.units} > 0`),
  ],
);

/** A reservation. What it reserves stands on its legs. */
export const holds = bursar.table(
  'holds',
  {
    tenantId: tenantId(),
    id: text().notNull(),
    customerId: whole('customer_id').notNull(),
    featureId: integer('feature_id'),
    usedById: whole('used_by_id'),
    referenceType: text('reference_type'),
    referenceId: text('reference_id'),
    state: text().notNull().default('open'),
    /** Null: it never expires by itself. */
    expiresAt: instant('expires_at'),
    createdAt: instant('created_at').notNull(),
    closedAt: instant('closed_at'),
  },
  (table) => [
    primaryKey({ name: 'holds_pkey', columns: [table.tenantId, table.id] }),
    foreignKey({
      name: 'holds_of_a_customer',
      columns: [table.tenantId, table.customerId],
      foreignColumns: [customers.tenantId, customers.id],
    }),
    index('holds_by_customer').on(table.tenantId, table.customerId),
    check(
      'holds_state_is_known',
      sql`${table.state} in ('open', 'captured', 'released', 'expired')`,
    ),
    check('holds_closed_have_a_time', sql`(${table.state} = 'open') = (${table.closedAt} is null)`),
  ],
);

/** The part of a hold that lies on one balance: leg 0 is the feature's own, leg 1 the credits that pay the rest. */
export const holdLegs = bursar.table(
  'hold_legs',
  {
    tenantId: tenantId(),
    holdId: text('hold_id').notNull(),
    leg: smallint().notNull(),
    balanceId: whole('balance_id').notNull(),
    /** The entry that placed it; its units hold the draw positions [drawn_to - amount, drawn_to). */
    sequence: whole('sequence').notNull(),
    drawnTo: whole('drawn_to').notNull(),
    amount: whole('amount').notNull(),
    captured: whole('captured').notNull().default(0),
    released: whole('released').notNull().default(0),
    /** Units of this leg per use of the feature: 1 on leg 0. */
    cost: whole('cost').notNull().default(1),
    expiresAt: instant('expires_at'),
    open: boolean().notNull().default(true),
  },
  (table) => [
    primaryKey({ name: 'hold_legs_pkey', columns: [table.tenantId, table.holdId, table.leg] }),
    foreignKey({
      name: 'hold_legs_of_a_hold',
      columns: [table.tenantId, table.holdId],
      foreignColumns: [holds.tenantId, holds.id],
    }),
    foreignKey({
      name: 'hold_legs_on_a_balance',
      columns: [table.tenantId, table.balanceId],
      foreignColumns: [balances.tenantId, balances.id],
    }),
    index('hold_legs_open_by_balance')
      .on(table.tenantId, table.balanceId)
      .where(sql`${table.open}`),
    index('hold_legs_by_entry').on(table.tenantId, table.balanceId, table.sequence),
    check('hold_legs_leg_is_0_or_1', sql`${table.leg} in (0, 1)`),
    check('hold_legs_cost_is_positive', sql`${table.cost} > 0`),
    check(
      'hold_legs_use_no_more_than_held',
      sql`${table.captured} >= 0 and ${table.released} >= 0 and ${table.captured} + ${table.released} <= ${table.amount}`,
    ),
    check(
      'hold_legs_closed_are_used_up',
      sql`${table.open} = (${table.captured} + ${table.released} < ${table.amount})`,
    ),
  ],
);

/** A member's part of a gauge; the parts add up to the level. */
export const gaugeParts = bursar.table(
  'gauge_parts',
  {
    tenantId: tenantId(),
    balanceId: whole('balance_id').notNull(),
    usedById: whole('used_by_id').notNull(),
    units: whole('units').notNull(),
  },
  (table) => [
    primaryKey({
      name: 'gauge_parts_pkey',
      columns: [table.tenantId, table.balanceId, table.usedById],
    }),
    foreignKey({
      name: 'gauge_parts_on_a_balance',
      columns: [table.tenantId, table.balanceId],
      foreignColumns: [balances.tenantId, balances.id],
    }),
    foreignKey({
      name: 'gauge_parts_of_a_party',
      columns: [table.tenantId, table.usedById],
      foreignColumns: [parties.tenantId, parties.id],
    }),
    check('gauge_parts_are_not_negative', sql`${table.units} >= 0`),
  ],
);

/** Up to which entry of a balance its use since an instant has been summed. Advanced by who reads, never by a spend. */
export const usageMarks = bursar.table(
  'usage_marks',
  {
    tenantId: tenantId(),
    balanceId: whole('balance_id').notNull(),
    since: instant('since').notNull(),
    sequence: whole('sequence').notNull(),
  },
  (table) => [
    primaryKey({
      name: 'usage_marks_pkey',
      columns: [table.tenantId, table.balanceId, table.since],
    }),
  ],
);

/** What each party used of a balance since an instant, up to the mark; party 0 is the customer itself. */
export const usageTotals = bursar.table(
  'usage_totals',
  {
    tenantId: tenantId(),
    balanceId: whole('balance_id').notNull(),
    since: instant('since').notNull(),
    usedById: whole('used_by_id').notNull(),
    units: whole('units').notNull(),
  },
  (table) => [
    primaryKey({
      name: 'usage_totals_pkey',
      columns: [table.tenantId, table.balanceId, table.since, table.usedById],
    }),
  ],
);

/** Up to where a tenant's books were found right: what writers before this one had committed. */
export const verifyMarks = bursar.table(
  'verify_marks',
  {
    tenantId: tenantId().references(() => tenants.id),
    /** The oldest transaction that was still open then: all before it were seen. */
    xid: writerXid('xid').notNull(),
    at: instant('at').notNull(),
  },
  (table) => [primaryKey({ name: 'verify_marks_pkey', columns: [table.tenantId] })],
);

/** Up to which writers entries were looked through for durable consumers: one row, once the first of them wants the ledger's. */
export const entryReader = bursar.table(
  'entry_reader',
  {
    id: integer().notNull(),
    /** The oldest transaction that was still open then: all before it were seen. */
    xid: writerXid('xid').notNull(),
  },
  (table) => [
    primaryKey({ name: 'entry_reader_pkey', columns: [table.id] }),
    check('entry_reader_has_one_row', sql`${table.id} = 1`),
  ],
);

/** Up to which entry of a balance durable consumers were given. */
export const entryMarks = bursar.table(
  'entry_marks',
  {
    tenantId: tenantId(),
    balanceId: whole('balance_id').notNull(),
    sequence: whole('sequence').notNull(),
  },
  (table) => [primaryKey({ name: 'entry_marks_pkey', columns: [table.tenantId, table.balanceId] })],
);
