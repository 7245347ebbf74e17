/** Figures per calendar month: which months, and one line of figures for each, also where nothing happened. */
import { z } from 'zod';
import { unitOf } from '../catalog/index.ts';
import {
  addDuration,
  at,
  type Bucket,
  bucketsOf,
  checkTimeZone,
  json,
  readInput,
  type Scope,
  type Statement,
  sql,
} from '../kernel/index.ts';

/** How many months are shown unless said: what fits a chart of a start page (SPEC 15.4). */
export const monthsShown = 6;

/** Ten years: more is a report, not a figure. */
const monthsMax = 120;

export type Months = {
  /** One unit. Left out: each that has something to show. */
  readonly unit?: string | undefined;
  /** How many calendar months, the current one included: 1 to 120, 6 unless said. */
  readonly months?: number | undefined;
  /** Of the months; UTC unless said. */
  readonly timeZone?: string | undefined;
};

/** As routes and verbs read it. */
export const monthsShape = {
  unit: z.string().min(1).max(64).optional(),
  months: z.int().min(1).max(monthsMax).optional(),
  timeZone: z.string().min(1).max(64).optional(),
};

const monthsInput = z.strictObject(monthsShape);

/**
 * The months, oldest first; the last one is the current one and is not cut.
 * @throws {ValidationError} Names each field that cannot be read. @throws {UnitUnknownError} The catalogue has no such unit.
 */
export function readMonths(scope: Scope, input: Months): Bucket[] {
  const { unit, months = monthsShown, timeZone = 'UTC' } = readInput(monthsInput, input);
  if (unit !== undefined) unitOf(scope, unit);
  checkTimeZone(timeZone);
  const from = months === 1 ? scope.now : addDuration(scope.now, `P${months - 1}M`, -1, timeZone);
  // A bucket that begins now is the current month.
  const until = new Date(scope.now.getTime() + 1);
  return bucketsOf({ from, until, size: 'month', timeZone });
}

/** Rows `month (place, starts_at, ends_at)`, to be joined on an instant. */
export function monthRows(months: readonly Bucket[]): Statement {
  const rows = months.map(({ startsAt, endsAt }, place) => ({
    ...{ place, starts_at: at(startsAt), ends_at: at(endsAt) },
  }));
  return sql`
      select * from jsonb_to_recordset(${json(rows)}::text::jsonb) as month (place int, starts_at timestamptz, ends_at timestamptz)`;
}

/** From the first month's start to the last one's end, for a search by time before it is parted into months. */
export function spanOf(months: readonly Bucket[]): { from: Date; until: Date } {
  const [first, last] = [months[0], months.at(-1)];
  if (!first || !last) throw new Error('There is no figure of no month.');
  return { from: first.startsAt, until: last.endsAt };
}
