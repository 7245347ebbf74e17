/**
 * Amounts: whole numbers of a unit's smallest part, within ±(2^53 - 1).
 *
 * Every sum and product of amounts goes through here and throws rather than leave that range or round in silence.
 */
import { InvalidAmountError } from './errors.ts';

const positive = 'a whole number from 1 to 9007199254740991, in the smallest part of the unit';
const within = 'a whole number within ±9007199254740991';

/**
 * What a command was asked to move.
 * @param what Its name in the message: `amount` unless told otherwise.
 * @throws {InvalidAmountError} It is no whole number from 1 to 2^53 - 1: a fraction, zero, a negative, text.
 */
export function checkAmount(value: unknown, what = 'amount'): number {
  if (Number.isSafeInteger(value) && (value as number) > 0) return value as number;
  throw new InvalidAmountError(value, what === 'amount' ? positive : `as ${what} ${positive}`);
}

/** @throws {InvalidAmountError} The sum leaves the safe range. */
export function add(a: number, b: number): number {
  return safe(a + b);
}

/** @throws {InvalidAmountError} The difference leaves the safe range. */
export function subtract(a: number, b: number): number {
  return safe(a - b);
}

/** @throws {InvalidAmountError} The product leaves the safe range, or a factor is no whole number. */
export function multiply(a: number, b: number): number {
  return safe(a * b);
}

function safe(result: number): number {
  // A sum or product of whole numbers that is itself safe was computed without rounding.
  if (!Number.isSafeInteger(result)) throw new InvalidAmountError(result, within);
  return result === 0 ? 0 : result;
}

/**
 * `'10.50'` of scale 2 is 1050. Digits, one point, a leading minus; nothing else, and no more decimals than the scale.
 * @throws {InvalidAmountError} The text is no such number, or leaves the safe range.
 */
export function parseAmount(text: string, { scale }: { scale: number }): number {
  const match =
    typeof text === 'string' && text.length <= 32 ? /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) : null;
  const decimals = match?.[3] ?? '';
  if (!match || decimals.length > scale) throw new InvalidAmountError(text, decimalOf(scale));
  const amount = Number(`${match[2]}${decimals.padEnd(scale, '0')}`);
  if (!Number.isSafeInteger(amount)) throw new InvalidAmountError(text, within);
  return match[1] === '-' && amount !== 0 ? -amount : amount;
}

function decimalOf(scale: number): string {
  return scale === 0
    ? 'digits without decimals, like 10'
    : `a decimal number with at most ${scale} decimals, like 10.${'5'.padEnd(Math.min(scale, 2), '0')}`;
}

/**
 * 1050 of scale 2 is `'10.50'`: all decimals, a point, no grouping.
 * @throws {InvalidAmountError} The amount is no safe integer.
 */
export function formatAmount(amount: number, { scale }: { scale: number }): string {
  if (!Number.isSafeInteger(amount)) throw new InvalidAmountError(amount, within);
  const digits = Math.abs(amount)
    .toString()
    .padStart(scale + 1, '0');
  const sign = amount < 0 ? '-' : '';
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
