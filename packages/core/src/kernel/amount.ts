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

/** A factor as an exact quotient of two decimals: `of` for each `per`. */
export type Quotient = { readonly of: string; readonly per: string };

/** Up from half (away from zero), or always down (towards zero). */
export type Rounding = 'half_up' | 'down';

/**
 * An amount times an exact quotient, from one scale to another, rounded once: the only place where an amount is rounded.
 *
 * @param factor Of wholes: `{ of: '1.0842', per: '1' }` is 1.0842 USD for one EUR. Above zero, 30 digits at most each.
 * @returns The amount, and what was cut off as a fraction of its smallest part: `'2/3'`; negative when it was rounded up.
 * @throws {InvalidAmountError} The factor is no such quotient, or the result leaves the safe range.
 */
export function convertAmount(
  amount: number,
  factor: Quotient,
  { from, to, rounding }: { from: number; to: number; rounding: Rounding },
): { readonly amount: number; readonly residue: string } {
  const [of, per] = [fractionOf(factor.of), fractionOf(factor.per)];
  const numerator = BigInt(amount) * of.numerator * per.denominator * 10n ** BigInt(to);
  const denominator = of.denominator * per.numerator * 10n ** BigInt(from);
  const down = numerator / denominator;
  const cut = numerator - down * denominator;
  const isUp = rounding === 'half_up' && 2n * abs(cut) >= denominator;
  const result = isUp ? down + (numerator < 0n ? -1n : 1n) : down;
  const left = numerator - result * denominator;
  return {
    amount: safe(Number(result)),
    residue: left === 0n ? '0' : reduced(left, denominator),
  };
}

/**
 * A quotient as a decimal, half up: `{ of: '2', per: '3' }` with 4 decimals is `'0.6667'`.
 * @throws {InvalidAmountError} It is no quotient of two decimals above zero.
 */
export function shownDecimal(factor: Quotient, decimals: number): string {
  const [of, per] = [fractionOf(factor.of), fractionOf(factor.per)];
  const numerator = of.numerator * per.denominator * 10n ** BigInt(decimals);
  const denominator = of.denominator * per.numerator;
  const rounded = (2n * numerator + denominator) / (2n * denominator);
  const digits = rounded.toString().padStart(decimals + 1, '0');
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/**
 * The exact product of two decimals above zero, without needless zeros: `'1.50'` times `'2'` is `'3'`.
 * @throws {InvalidAmountError} One of them is no such decimal.
 */
export function multiplyDecimals(one: string, other: string): string {
  const [a, b] = [fractionOf(one), fractionOf(other)];
  const decimals = (a.denominator * b.denominator).toString().length - 1;
  const digits = (a.numerator * b.numerator).toString().padStart(decimals + 1, '0');
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
  const whole = digits.slice(0, digits.length - decimals);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

type Fraction = { readonly numerator: bigint; readonly denominator: bigint };

function fractionOf(decimal: string): Fraction {
  const match = /^(\d{1,30})(?:\.(\d{1,30}))?$/.exec(decimal);
  const numerator = match ? BigInt(`${match[1]}${match[2] ?? ''}`) : 0n;
  if (numerator === 0n)
    throw new InvalidAmountError(decimal, 'a decimal rate above zero, like 1.0842');
  return { numerator, denominator: 10n ** BigInt(match?.[2]?.length ?? 0) };
}

function reduced(numerator: bigint, denominator: bigint): string {
  const common = greatestCommonDivisor(abs(numerator), denominator);
  return `${numerator / common}/${denominator / common}`;
}

function greatestCommonDivisor(one: bigint, other: bigint): bigint {
  let [larger, smaller] = [one, other];
  while (smaller !== 0n) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}
