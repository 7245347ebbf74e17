/** Sums to Stripe and back: the same money, or a refusal. */
import { isSameSum } from '@bursar/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromStripe, toStripe } from './currencies.ts';

const refused = expect.objectContaining({ code: 'gateway_validation', outcome: 'not_done' });
const currencies = fc.constantFrom(
  ...['EUR', 'USD', 'HUF', 'TWD', 'JPY', 'KRW', 'VND', 'MGA', 'XOF'],
  ...['KWD', 'BHD', 'TND', 'ISK', 'UGX'],
);
const sums = fc.record({
  amount: fc.oneof(
    fc.integer({ min: 1, max: 100_000_000 }),
    fc.integer({ min: 1, max: 1_000_000 }).map((wholes) => wholes * 1_000_000),
    fc.maxSafeInteger(),
  ),
  currency: currencies,
  scale: fc.integer({ min: 0, max: 9 }),
});

test('what goes over is the same money, and comes back as it was', () => {
  let over = 0;
  fc.assert(
    fc.property(sums, (sum) => {
      let sent: ReturnType<typeof toStripe>;
      try {
        sent = toStripe(sum);
      } catch (error) {
        expect(error).toEqual(refused);
        return;
      }
      over += 1;
      expect(isSameSum(fromStripe(sent.amount, sent.currency), sum)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
  expect(over).toBeGreaterThan(200);
});

test('every whole sum of a currency has a number at Stripe', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9_000_000 }), currencies, (amount, currency) => {
      expect(
        isSameSum(fromStripe(...pair(toStripe({ amount, currency, scale: 0 }))), {
          ...{ amount, currency, scale: 0 },
        }),
      ).toBe(true);
    }),
  );
});

const pair = ({ amount, currency }: { amount: number; currency: string }) =>
  [amount, currency] as const;

// From Stripe's page on currencies, with the amounts it gives.
test.each([
  ['10 USD', 'USD', 1_000, 2, 1_000],
  ['500 JPY', 'JPY', 500, 0, 500],
  ['10 JPY of a catalogue with decimals', 'JPY', 1_000, 2, 10],
  ['5.12 KWD', 'KWD', 5_120, 3, 5_120],
  ['5 ISK', 'ISK', 5, 0, 500],
  ['5 UGX', 'UGX', 5, 0, 500],
  ['10.45 HUF', 'HUF', 1_045, 2, 1_045],
  ['800.45 TWD', 'TWD', 80_045, 2, 80_045],
  ['5 MGA, which has decimals in ISO 4217', 'MGA', 500, 2, 5],
  ['0.10 EUR at scale 6', 'EUR', 100_000, 6, 10],
])('%s is sent as Stripe counts it', (_, currency, amount, scale, sent) => {
  expect(toStripe({ amount, currency, scale })).toEqual({
    ...{ amount: sent, currency: currency.toLowerCase() },
  });
});

test.each([
  ['5.124 KWD: the last digit must be 0', 'KWD', 5_124, 3],
  ['half a yen', 'JPY', 50, 2],
  ['5.50 ISK', 'ISK', 550, 2],
  ['5.50 UGX', 'UGX', 550, 2],
  ['a tenth of a cent', 'EUR', 1, 3],
  ['a fifth of an ariary', 'MGA', 20, 2],
  ['nothing', 'EUR', 0, 2],
  ['less than nothing', 'EUR', -100, 2],
  ['a fraction', 'EUR', 1.5, 2],
  ['what is no currency', 'points', 100, 2],
  ['more than a number holds', 'EUR', Number.MAX_SAFE_INTEGER, 0],
])('%s is refused', (_, currency, amount, scale) => {
  expect(() => toStripe({ amount, currency, scale })).toThrow(refused);
});
