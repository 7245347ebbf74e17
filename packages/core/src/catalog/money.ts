/** An amount with everything needed to show it. */
import { formatAmount, type Scope } from '../kernel/index.ts';
import { unitOf } from './lookup.ts';

export type Money = {
  /** In the unit's smallest part. */
  readonly amount: number;
  readonly unit: string;
  readonly scale: number;
  readonly formatted: string;
};

/** @throws {UnitUnknownError} The catalogue does not have the unit. */
export function moneyOf(scope: Scope, unit: string, amount: number): Money {
  const { scale } = unitOf(scope, unit);
  return { amount, unit, scale, formatted: formatAmount(amount, { scale }) };
}
