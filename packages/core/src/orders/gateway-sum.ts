/**
 * A sum of money on its way to or from a gateway: it carries its own scale, for a gateway counts in other parts than the
 * catalogue may. Between scales a sum is exact, or it is none.
 */

/** `{ amount: 1250, currency: 'EUR', scale: 2 }` is € 12.50; at scale 3 the same money is 12,500. */
export type GatewaySum = {
  /** A whole number of the currency's parts; 10^`scale` of them make one whole. */
  readonly amount: number;
  /** Three capitals, as in ISO 4217. */
  readonly currency: string;
  /** Decimals of `amount`: 0 to 9. */
  readonly scale: number;
};

/**
 * The same money in parts of another size.
 * @returns `null` when a part would have to be cut, or the number would leave ±(2^53 − 1): nothing is ever rounded.
 */
export function rescaleSum(sum: GatewaySum, scale: number): number | null {
  const parts = BigInt(sum.amount) * 10n ** BigInt(scale);
  const each = 10n ** BigInt(sum.scale);
  const amount = Number(parts / each);
  return parts % each === 0n && Number.isSafeInteger(amount) ? amount : null;
}

/** True for the same money in the same currency, whatever parts either is counted in. */
export function isSameSum(one: GatewaySum, other: GatewaySum): boolean {
  const [left, right] = [one, other].map(
    (sum) => BigInt(sum.amount) * 10n ** BigInt(9 - sum.scale),
  );
  return one.currency === other.currency && left === right;
}
