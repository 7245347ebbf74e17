/** What an amount of one unit costs in another. */
import { unitOf } from '../catalog/index.ts';
import { add, convertAmount, type Scope } from '../kernel/index.ts';
import { findRate } from './find-rate.ts';
import type { Pair, Rate } from './rate.ts';

/**
 * The rate for a pair, which is one for a unit and itself.
 * @throws {UnitUnknownError} The catalogue has no such unit.
 * @throws {RateMissingError} There is none, or it would have to be waited for inside a transaction.
 */
export async function rateBetween(scope: Scope, { from, to }: Pair): Promise<Rate> {
  for (const unit of [from, to]) unitOf(scope, unit);
  if (from === to) return { of: '1', per: '1', source: 'same', at: scope.now };
  return findRate(scope, { from, to });
}

/**
 * What `amount` of `from` costs in `to` at a rate. Rounded up, so that no row of small ones gains what rounding gives.
 * @throws {InvalidAmountError} It is beyond what can be counted.
 */
export function costAt(
  scope: Scope,
  { amount, from, to, rate }: Pair & { readonly amount: number; readonly rate: Rate },
): number {
  const scales = { from: unitOf(scope, from).scale, to: unitOf(scope, to).scale };
  const cost = convertAmount(amount, rate, { ...scales, rounding: 'down' });
  return cost.residue === '0' ? cost.amount : add(cost.amount, 1);
}
