/**
 * What a customer's own discount leaves of a price, where an operator allows it (SPEC 8.10). It is asked for when a price is
 * charged, and frozen with what was charged.
 */
import { unitOf } from '../catalog/index.ts';
import { findProfile } from '../customers/index.ts';
import { convertAmount, multiply, type Scope } from '../kernel/index.ts';
import { payScaleOf } from '../rates/index.ts';
import { getSetting } from '../settings/index.ts';

/** Of sums in the smallest part of a currency. */
export type Discounted = (amount: number, currency: string) => number;

/** Rounded half up, once, to what can be paid. While `users.allowPersonalDiscount` is off, as it was. */
export async function discountFor(scope: Scope, customer: string): Promise<Discounted> {
  const isAllowed = (await getSetting(scope, 'users.allowPersonalDiscount')) === true;
  const profile = isAllowed ? await findProfile(scope, customer) : null;
  const left = 10_000 - (profile?.discountBasisPoints ?? 0);
  if (left === 10_000) return (amount) => amount;
  if (left === 0) return () => 0;
  return (amount, currency) => {
    const unit = unitOf(scope, currency);
    const scale = payScaleOf(unit);
    const factor = { of: String(left), per: '10000' };
    const scales = { from: unit.scale, to: scale, rounding: 'half_up' } as const;
    const kept = convertAmount(amount, factor, scales).amount;
    return multiply(kept, 10 ** (unit.scale - scale));
  };
}
