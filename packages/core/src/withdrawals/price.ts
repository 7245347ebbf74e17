/** What a payout costs the wallet, and the rate that says so. */
import type { Scope } from '../kernel/index.ts';
import { costAt, type Rate, rateBetween } from '../ledger/index.ts';

/** A payout in both units, with what it was worked from: `of` wholes of `unit` for `per` wholes of `currency`. */
export type Price = {
  readonly payout: number;
  readonly currency: string;
  readonly amount: number;
  readonly unit: string;
  readonly rate: Rate;
};

/**
 * Prices a payout at the rate of now.
 * @throws {UnitUnknownError} The catalogue has no such unit or currency.
 * @throws {RateMissingError} There is no rate, or it would have to be waited for inside a transaction.
 * @throws {InvalidAmountError} It is beyond what can be counted.
 */
export async function priceOf(
  scope: Scope,
  { payout, currency, unit }: Pick<Price, 'payout' | 'currency' | 'unit'>,
): Promise<Price> {
  const rate = await rateBetween(scope, { from: currency, to: unit });
  const amount = costAt(scope, { amount: payout, from: currency, to: unit, rate });
  return { payout, currency, unit, rate, amount };
}
