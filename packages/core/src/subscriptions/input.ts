/** Reading what a host gave: each value as its type, or one fault that names the field and says what to send. */
import {
  addDuration,
  formatDuration,
  isZero,
  parseDuration,
  unstorableIn,
  ValidationError,
} from '../kernel/index.ts';

/** A moment as hosts may give it: a `Date`, or ISO 8601 text with its zone. */
export type Instant = Date | string;

const instantPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

/** An instant from 1900 to 2999, so that all that is counted from it can be stored. @throws {ValidationError} None. */
export function readInstant(value: Instant, pointer: string): Date {
  const date =
    value instanceof Date
      ? new Date(value)
      : instantPattern.test(String(value))
        ? new Date(value)
        : null;
  const year = date?.getUTCFullYear() ?? Number.NaN;
  if (date && year >= 1900 && year < 3000) return date;
  throw fault(
    pointer,
    'must be a Date or ISO 8601 text with its zone, such as 2026-01-31T10:00:00Z, from 1900 to 2999',
  );
}

const epoch = new Date(0);
const longest = addDuration(epoch, 'P1000Y', 1, 'UTC');

/** An ISO 8601 duration up to P1000Y, as it is stored: weeks as days. @throws {ValidationError} None. */
export function readDuration(value: string, pointer: string): string {
  const duration = parseDuration(value, pointer);
  if (isZero(duration)) throw fault(pointer, 'must be longer than zero');
  if (addDuration(epoch, value, 1, 'UTC') > longest) throw fault(pointer, 'must be at most P1000Y');
  return formatDuration(duration);
}

/** Text of 1 to `max` characters; no NUL, which the database cannot store. @throws {ValidationError} Anything else. */
export function readText(value: unknown, pointer: string, max = 255): string {
  const fits = typeof value === 'string' && value.length >= 1 && value.length <= max;
  if (fits && !value.includes('\0')) return value;
  throw fault(pointer, `must be text of 1 to ${max} characters`);
}

/** A whole number from 0 up; below 0 counts as 0. @throws {ValidationError} A fraction, or beyond 2^53 - 1. */
export function readCount(value: unknown, pointer: string): number {
  if (Number.isSafeInteger(value)) return Math.max(0, value as number);
  throw fault(pointer, 'must be a whole number within 2^53 - 1');
}

/**
 * Refuses keys that nobody reads, for a typo would be a silent default, and text that no database can hold.
 * @throws {ValidationError} There are some.
 */
export function refuseUnreadable(input: object, known: readonly string[]): void {
  const unstorable = unstorableIn(input);
  if (unstorable.length > 0) throw new ValidationError(unstorable.slice(0, 20));
  const unknown = Object.keys(input).filter((key) => !known.includes(key));
  if (unknown.length === 0) return;
  throw new ValidationError(
    unknown.map((key) => ({
      pointer: `/${key}`,
      detail: `is not known: send ${known.join(', ')}`,
    })),
  );
}

/** One fault as an error. */
export function fault(pointer: string, detail: string): ValidationError {
  return new ValidationError([{ pointer, detail }]);
}
