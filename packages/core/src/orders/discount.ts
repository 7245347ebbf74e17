/**
 * What a customer's own discount leaves of an order's total, where an operator allows it (SPEC 8.10).
 *
 * Plans keep their price, for a change of plan credits what is left of it; and so does what can be paid out: whoever bought money for less
 * than it is worth would be paid to buy it.
 */
import { unitOf } from '../catalog/index.ts';
import { findProfile } from '../customers/index.ts';
import { convertAmount, multiply, type Scope } from '../kernel/index.ts';
import { payScaleOf } from '../rates/index.ts';
import { getSetting } from '../settings/index.ts';
import type { Sale } from './sale.ts';

/** Of a sum in the smallest part of a currency. */
export type Discounted = (amount: number, currency: string) => number;

/** Rounded half up, once, to what can be paid. As it was while `users.allowPersonalDiscount` is off. */
export async function discountFor(
  scope: Scope,
  { customer, sale }: { readonly customer: string; readonly sale: Sale },
): Promise<Discounted> {
  const left = 10_000 - (await basisPointsOf(scope, customer, sale));
  if (left === 10_000) return (amount) => amount;
  if (left === 0) return () => 0;
  return (amount, currency) => {
    const unit = unitOf(scope, currency);
    const scale = payScaleOf(unit);
    const factor = { of: String(left), per: '10000' };
    const scales = { from: unit.scale, to: scale, rounding: 'half_up' } as const;
    return multiply(convertAmount(amount, factor, scales).amount, 10 ** (unit.scale - scale));
  };
}

async function basisPointsOf(scope: Scope, customer: string, sale: Sale): Promise<number> {
  if ((await getSetting(scope, 'users.allowPersonalDiscount')) !== true) return 0;
  const paidOut = await getSetting(scope, 'withdrawals.unit');
  const isMoney = (unit: string) => unit === paidOut || unitOf(scope, unit).kind === 'currency';
  const keepsPrice = [sale.root, ...sale.items].some(
    ({ planVersionId, grants }) => planVersionId !== null || Object.keys(grants).some(isMoney),
  );
  return keepsPrice ? 0 : ((await findProfile(scope, customer))?.discountBasisPoints ?? 0);
}
