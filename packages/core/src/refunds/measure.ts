/** How much of an order is unused, and how many units a part of its money stands for. Pure. */
import { add, convertAmount, subtract } from '../kernel/index.ts';

/** What one line granted of one unit. */
export type GrantedLot = {
  /** The line's id. */
  readonly order: string;
  readonly unit: string;
  readonly grantId: number;
  readonly granted: number;
  readonly free: number;
  readonly used: number;
};

export type Part = { readonly part: number; readonly whole: number };

/**
 * What is unused of an order: of each unit what all its lots still have free, of what they granted. Of several units the one
 * that was used most decides: nothing is given back for what was used.
 *
 * @param time Of one that grants nothing: its window; `null` ends never, and is unused.
 */
export function unusedOf(lots: readonly GrantedLot[], time: Part | null): Part {
  if (lots.length === 0) return time ?? { part: 1, whole: 1 };
  const units = new Map<string, Part>();
  for (const { unit, free, granted } of lots) {
    const { part, whole } = units.get(unit) ?? { part: 0, whole: 0 };
    units.set(unit, { part: add(part, free), whole: add(whole, granted) });
  }
  return [...units.values()].reduce((least, one) =>
    BigInt(one.part) * BigInt(least.whole) < BigInt(least.part) * BigInt(one.whole) ? one : least,
  );
}

/** What is left of a window at an instant, in milliseconds; before it begins all of it. `null` for one without an end. */
export function timeLeft(
  { startsAt, expiresAt }: { startsAt: Date | null; expiresAt: Date | null },
  now: Date,
): Part | null {
  if (startsAt === null || expiresAt === null) return null;
  const whole = expiresAt.getTime() - startsAt.getTime();
  return { part: Math.min(whole, Math.max(0, expiresAt.getTime() - now.getTime())), whole };
}

/** `amount` times the part, rounded once: up from half, but never to all of it for less than the whole. */
export function moneyFor(amount: number, { part, whole }: Part): number {
  if (part === 0 || amount === 0) return 0;
  if (part >= whole) return amount;
  return Math.min(amount - 1, rounded(amount, { part, whole }, 'half_up'));
}

/**
 * Units of a lot that stand for the money between two sums of what went back of `total`: shares of all sums that follow each
 * other add up to the lot.
 */
export function unitsFor(
  granted: number,
  { from, to, total }: { readonly from: number; readonly to: number; readonly total: number },
): number {
  const upTo = (sum: number) => rounded(granted, { part: sum, whole: total }, 'down');
  return subtract(upTo(to), upTo(from));
}

function rounded(amount: number, { part, whole }: Part, rounding: 'half_up' | 'down'): number {
  if (part === 0 || amount === 0) return 0;
  const factor = { of: String(part), per: String(whole) };
  return convertAmount(amount, factor, { from: 0, to: 0, rounding }).amount;
}

/** Of 10,000; down, and all only for all. */
export function basisPointsOf(part: number, whole: number): number {
  return whole === 0 ? 10_000 : rounded(10_000, { part, whole }, 'down');
}
