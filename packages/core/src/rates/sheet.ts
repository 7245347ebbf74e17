/** A provider's sheet: its rates against its base, checked as if nobody had. Between two of its units it is their quotient. */
import { multiplyDecimals, type Quotient } from '../kernel/index.ts';
import { isDecimalRate, type Pair, type Rate } from './rate.ts';

/** What a provider published. */
export type RateSheet = {
  readonly base: string;
  /** How much of a unit one has for one of the base: `{ USD: { of: '1.0842', per: '1' } }`. The base itself is left out. */
  readonly rates: Readonly<Record<string, Quotient>>;
  /** Since when they hold. */
  readonly at: Date;
};

/** A sheet that lists more is none. */
const unitsMax = 500;
/** Providers pause at weekends and holidays, and some publish for the days to come. */
const [oldestDays, aheadDays] = [10, 7];
const dayMilliseconds = 86_400_000;

/**
 * The sheet, if it can be believed at `now`.
 * @throws {Error} It is not of this shape, too old, or of a day that is too far ahead.
 */
export function checkSheet(sheet: RateSheet, now: Date): RateSheet {
  const entries = Object.entries(sheet?.rates ?? {});
  if (entries.length === 0 || entries.length > unitsMax)
    throw new Error(`A sheet has 1 to ${unitsMax} rates, not ${entries.length}.`);
  if (!isCode(sheet.base)) throw new Error('The base of a sheet is a currency of three letters.');
  for (const [unit, { of, per }] of entries) {
    if (!isCode(unit) || unit === sheet.base || !isDecimalRate(of) || !isDecimalRate(per))
      throw new Error(`The rate of ${unit.slice(0, 20)} is no decimal above zero.`);
  }
  const age = (now.getTime() - sheet.at.getTime()) / dayMilliseconds;
  if (!(age <= oldestDays && age >= 0 - aheadDays))
    throw new Error(`A sheet of ${String(sheet.at.toJSON())} is too old or too far ahead.`);
  return sheet;
}

/** The exact quotient of two rates of a sheet; `null` where it lacks one. */
export function rateOn(sheet: RateSheet, { from, to }: Pair, source: string): Rate | null {
  const [given, wanted] = [worthOf(sheet, from), worthOf(sheet, to)];
  if (!given || !wanted) return null;
  return {
    of: multiplyDecimals(wanted.of, given.per),
    per: multiplyDecimals(wanted.per, given.of),
    ...{ source, at: sheet.at },
  };
}

function worthOf({ base, rates }: RateSheet, unit: string): Quotient | undefined {
  if (unit === base) return { of: '1', per: '1' };
  return Object.hasOwn(rates, unit) ? rates[unit] : undefined;
}

function isCode(text: unknown): boolean {
  return typeof text === 'string' && /^[A-Z]{3}$/.test(text);
}
