/**
 * In which parts Stripe counts each currency, which is not always ISO 4217's. A sum goes over exactly or not at all.
 *
 * Source: https://docs.stripe.com/currencies#minor-units and #special-cases.
 */
import { type GatewaySum, GatewayValidationError, rescaleSum } from '@bursar/core';

/** Counted in wholes. ISO 4217 gives MGA two decimals; Stripe none. */
const zeroDecimal = new Set(
  'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '),
);

/** Thousandths, of which the last digit must be 0. */
const threeDecimal = new Set('BHD JOD KWD OMR TND'.split(' '));

/**
 * Without decimals in ISO 4217, yet sent as hundredths that are always 00: 5 ISK is 500. UGX also stands in Stripe's list of
 * zero-decimal currencies; its special case, which has an example, is the rule.
 */
const wholeInHundredths = new Set(['ISK', 'UGX']);

// HUF and TWD are special for payouts only; a charge may have decimals.

type Counting = {
  readonly scale: number /** Amounts are multiples of it. */;
  readonly step: number;
};

function countingOf(currency: string): Counting {
  if (zeroDecimal.has(currency)) return { scale: 0, step: 1 };
  if (threeDecimal.has(currency)) return { scale: 3, step: 10 };
  return { scale: 2, step: wholeInHundredths.has(currency) ? 100 : 1 };
}

/**
 * The sum as Stripe takes it.
 * @throws {GatewayValidationError} It is not above zero, or has parts that the currency does not have at Stripe.
 */
export function toStripe(sum: GatewaySum): { readonly amount: number; readonly currency: string } {
  const { scale, step } = countingOf(sum.currency);
  const isWhole = Number.isSafeInteger(sum.amount) && sum.amount > 0;
  const amount = isWhole ? rescaleSum(sum, scale) : null;
  if (amount === null || amount % step !== 0 || !/^[A-Z]{3}$/.test(sum.currency)) {
    const reason = `${sum.amount} at scale ${sum.scale} is no sum that ${sum.currency} has there`;
    throw new GatewayValidationError({
      ...{ gateway: 'stripe', outcome: 'not_done', reason, field: 'sum' },
    });
  }
  return { amount, currency: sum.currency.toLowerCase() };
}

/** What Stripe says, as a sum that tells its own scale. */
export function fromStripe(amount: number, currency: string): GatewaySum {
  const key = currency.toUpperCase();
  return { amount, currency: key, scale: countingOf(key).scale };
}
