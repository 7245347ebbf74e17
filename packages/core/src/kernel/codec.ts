/**
 * The one decoder: what any driver gives for a column becomes one thing in code.
 *
 * A bigint arrives as text, number or bigint, an instant as text or Date, `infinity` as any of these.
 * Integers that are not safe are refused, never rounded.
 */
import { BEFORE_ALL, FOREVER } from './statement.ts';

/** One row as a driver gave it; read its columns with the functions below. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * A whole number within ±(2^53 - 1).
 * @throws {RangeError} The value is no safe integer: the database holds what the kit never writes.
 */
export function integer(value: unknown): number {
  const number = typeof value === 'number' ? value : Number(text(value));
  if (!Number.isSafeInteger(number)) throw new RangeError(`Not a safe integer: ${String(value)}`);
  return number === 0 ? 0 : number;
}

/** A whole number, or `null`. */
export function integerOrNull(value: unknown): number | null {
  return value === null || value === undefined ? null : integer(value);
}

/** A bigint of any size within 64 bits: a hash, never an amount. */
export function bigintOrNull(value: unknown): bigint | null {
  return value === null || value === undefined ? null : BigInt(text(value));
}

/** Text. */
export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return value.toString();
  throw new TypeError(`Not text: ${String(value)}`);
}

/** Text, or `null`. */
export function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : text(value);
}

/** True or false. */
export function flag(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  if (value === 't' || value === 'true') return true;
  if (value === 'f' || value === 'false') return false;
  throw new TypeError(`Not a boolean: ${String(value)}`);
}

/** An instant; `infinity` is `FOREVER`, `-infinity` is `BEFORE_ALL`. */
export function instant(value: unknown): Date {
  if (value === Number.POSITIVE_INFINITY || value === 'infinity') return FOREVER;
  if (value === Number.NEGATIVE_INFINITY || value === '-infinity') return BEFORE_ALL;
  const date =
    value instanceof Date
      ? value
      : new Date(
          text(value)
            .replace(' ', 'T')
            .replace(/([+-]\d\d)$/, '$1:00'),
        );
  if (Number.isNaN(date.getTime())) throw new TypeError(`Not an instant: ${String(value)}`);
  return date;
}

/** An instant, or `null`. */
export function instantOrNull(value: unknown): Date | null {
  return value === null || value === undefined ? null : instant(value);
}

/** A JSON object or array, whether the driver parsed it or not. */
export function document<T>(value: unknown): T {
  return (typeof value === 'string' ? JSON.parse(value) : value) as T;
}
