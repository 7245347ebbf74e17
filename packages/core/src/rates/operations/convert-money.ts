/** What an amount is worth in another unit: exact until the end, and rounded once. */
import { z } from 'zod';
import { type UnitSpec, unitOf } from '../../catalog/index.ts';
import {
  convertAmount,
  multiply,
  readInput,
  type Scope,
  ValidationError,
} from '../../kernel/index.ts';
import { findRate } from '../find-rate.ts';
import type { Pair, Rate } from '../rate.ts';

export type ConvertMoney = Pair & {
  /** In the smallest part of `from`; not below 0. */
  readonly amount: number;
  /** To how many decimals it is rounded, half up; what is paid in `to` unless said, and at most its scale. */
  readonly decimals?: number | undefined;
};

export type ConvertedMoney = {
  /** In the smallest part of `to`. */
  readonly amount: number;
  readonly unit: string;
  readonly rate: Rate;
};

const unit = z.string().min(1).max(64);
const shape = z.strictObject({
  ...{ from: unit, to: unit, amount: z.int().nonnegative('must not be below 0') },
  decimals: z.int().min(0).max(9).optional(),
});

/**
 * Converts; one unit into itself stays as it is. Moves nothing.
 *
 * @throws {UnitUnknownError} The catalogue lacks a unit. @throws {RateMissingError} There is no rate.
 * @throws {ValidationError} `decimals` is beyond the scale of `to`. @throws {InvalidAmountError} It is beyond what can be counted.
 */
export async function convertMoney(scope: Scope, input: ConvertMoney): Promise<ConvertedMoney> {
  const { from, to, amount, decimals } = readInput(shape, input);
  const [source, target] = [unitOf(scope, from), unitOf(scope, to)];
  if (decimals !== undefined && decimals > target.scale)
    throw new ValidationError([
      { pointer: '/decimals', detail: `must be at most ${target.scale}, the scale of ${to}` },
    ]);
  if (from === to)
    return { amount, unit: to, rate: { of: '1', per: '1', source: 'same', at: scope.now } };
  const rate = await findRate(scope, { from, to });
  const kept = decimals ?? payScaleOf(target);
  const scales = { from: source.scale, to: kept, rounding: 'half_up' } as const;
  const rounded = convertAmount(amount, rate, scales).amount;
  return { amount: multiply(rounded, 10 ** (target.scale - kept)), unit: to, rate };
}

/**
 * The decimals of the smallest sum that can be paid: a currency's own, two of points and credits, and never more than are kept.
 * Source: ISO 4217, as Intl knows it.
 */
export function payScaleOf({ key, kind, scale }: UnitSpec): number {
  return Math.min(scale, kind === 'currency' ? exponentOf(key) : 2);
}

function exponentOf(code: string): number {
  try {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency: code });
    return format.resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}
