/**
 * Durations as ISO 8601 text: `P1M`, `P14D`, `PT5M`, `P1Y2M10DT2H30M`.
 *
 * Years, months and days are calendar steps in local time; hours, minutes and seconds are elapsed time.
 * Whole numbers only, never negative, at most 32 characters.
 */
import { ValidationError } from './errors.ts';

export type Duration = {
  readonly years: number;
  readonly months: number;
  /** Weeks count as seven. */
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
};

const shape =
  /^P(?:(\d{1,9})Y)?(?:(\d{1,9})M)?(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$/;
const charactersMax = 32;
// Longer than any subscription, and far within what a JavaScript date can name.
const daysMax = 3_652_500;
const known = new Map<string, Duration>();

/**
 * The parts of a duration.
 * @param pointer Names the field in the error.
 * @throws {ValidationError} It is no such text, or longer than 10,000 years.
 */
export function parseDuration(text: string, pointer = ''): Duration {
  const earlier = known.get(text);
  if (earlier) return earlier;
  const duration = parsed(text);
  if (!duration || approximateDays(duration) > daysMax) {
    throw new ValidationError([
      { pointer, detail: 'must be an ISO 8601 duration, like P1M, P14D or PT5M' },
    ]);
  }
  if (known.size < 1_000) known.set(text, duration);
  return duration;
}

function parsed(text: unknown): Duration | null {
  if (typeof text !== 'string' || text.length > charactersMax || /[PT]$/.test(text)) return null;
  const match = shape.exec(text);
  if (!match) return null;
  const [years, months, weeks, days, hours, minutes, seconds] = match
    .slice(1)
    .map((part) => Number(part ?? 0));
  return {
    years: years as number,
    months: months as number,
    days: (weeks as number) * 7 + (days as number),
    hours: hours as number,
    minutes: minutes as number,
    seconds: seconds as number,
  };
}

/** The text a duration is stored as: `P1W` becomes `P7D`, zero parts are left out, nothing at all is `P0D`. */
export function formatDuration({ years, months, days, hours, minutes, seconds }: Duration): string {
  const date = part(years, 'Y') + part(months, 'M') + part(days, 'D');
  const time = part(hours, 'H') + part(minutes, 'M') + part(seconds, 'S');
  return date || time ? `P${date}${time && `T${time}`}` : 'P0D';
}

function part(count: number, letter: string): string {
  return count === 0 ? '' : `${count}${letter}`;
}

/** True when nothing lies between its start and its end. */
export function isZero(duration: Duration): boolean {
  return approximateDays(duration) === 0;
}

/** Its length by the average Gregorian year: an estimate to start a search from, never a boundary. */
export function approximateDays(duration: Duration): number {
  return (
    duration.years * 365.2425 +
    duration.months * 30.436875 +
    duration.days +
    elapsedMilliseconds(duration) / 86_400_000
  );
}

/** The part that is elapsed time. */
export function elapsedMilliseconds({ hours, minutes, seconds }: Duration): number {
  return ((hours * 60 + minutes) * 60 + seconds) * 1_000;
}
