/**
 * The schema object every table hangs on, the tenants, and the columns that all slices share.
 *
 * `tenant_id` is a small surrogate that leads every key, so that tenants cannot mix.
 */
import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  check,
  customType,
  integer,
  pgSchema,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';

export const bursar = pgSchema('bursar');

/** One isolation unit. Created by the first command that names it. */
export const tenants = bursar.table('tenants', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  key: text().notNull().unique('tenants_key_once'),
});

/** The time of a kit with a test clock: one row, read by every process of the schema. */
export const testClock = bursar.table(
  'test_clock',
  { id: integer().primaryKey(), now: instant().notNull() },
  (table) => [check('test_clock_has_one_row', sql`${table.id} = 1`)],
);

/** The tenant a row belongs to; first in every key. */
export function tenantId() {
  return integer('tenant_id').notNull();
}

/** A moment, with its zone; never a local time. */
export function instant(name?: string) {
  return name === undefined
    ? timestamp({ withTimezone: true, precision: 3 })
    : timestamp(name, { withTimezone: true, precision: 3 });
}

/** A bigint column read as a JavaScript number; pair it with `safeRange`. */
export function whole(name: string) {
  return bigint(name, { mode: 'number' });
}

/** The CHECK that keeps a column within the JavaScript safe integers. */
export function safeRange(name: string, column: AnyPgColumn) {
  return check(name, sql`${column} between -9007199254740991 and 9007199254740991`);
}

/** The transaction id of the writer: what news is read by, in commit order. */
export const writerXid = customType<{ data: number; driverData: string }>({
  dataType: () => 'bigint',
});

/** Text compared byte by byte, so that a prefix is a range of an index whatever the database's locale is. */
export const bytewise = customType<{ data: string }>({ dataType: () => 'text collate "C"' });
