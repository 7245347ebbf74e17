/** What a payout costs the wallet, and the rate that says so. */
import { unitOf } from '../catalog/index.ts';
import { add, convertAmount, type Scope } from '../kernel/index.ts';
import { findRate, type Rate } from '../ledger/index.ts';

/** A payout in both units, with what it was worked from: `of` wholes of `unit` for `per` wholes of `currency`. */
export type Price = {
  readonly payout: number;
  readonly currency: string;
  readonly amount: number;
  readonly unit: string;
  readonly rate: Rate;
};

/**
 * Prices a payout at the rate of now. Rounded up, so that no row of small ones gains what rounding gives.
 * @throws {UnitUnknownError} The catalogue has no such unit or currency.
 * @throws {RateMissingError} There is no rate, or it would have to be waited for inside a transaction.
 * @throws {InvalidAmountError} It is beyond what can be counted.
 */
export async function priceOf(
  scope: Scope,
  { payout, currency, unit }: Pick<Price, 'payout' | 'currency' | 'unit'>,
): Promise<Price> {
  const scales = { from: unitOf(scope, currency).scale, to: unitOf(scope, unit).scale };
  const rate =
    currency === unit
      ? { of: '1', per: '1', source: 'same', at: scope.now }
      : await findRate(scope, { from: currency, to: unit });
  const { amount, residue } = convertAmount(payout, rate, { ...scales, rounding: 'down' });
  return { payout, currency, unit, rate, amount: residue === '0' ? amount : add(amount, 1) };
}
