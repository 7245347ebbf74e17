/** Sums between a catalogue's parts and a gateway's: exact, or none. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSameSum, rescaleSum } from './gateway-sum.ts';

const scale = fc.integer({ min: 0, max: 9 });
const sums = fc.record({
  amount: fc.maxSafeInteger(),
  currency: fc.constantFrom('EUR', 'JPY', 'KWD'),
  scale,
});

test('at another scale it is the same money, or there is no such number', () => {
  fc.assert(
    fc.property(sums, scale, (sum, to) => {
      const amount = rescaleSum(sum, to);

      const [given, each] = [BigInt(sum.amount) * 10n ** BigInt(to), 10n ** BigInt(sum.scale)];
      if (amount === null) {
        const isCut = given % each !== 0n;
        expect(isCut || !Number.isSafeInteger(Number(given / each))).toBe(true);
      } else {
        expect(BigInt(amount) * each).toBe(given);
        expect(isSameSum(sum, { ...sum, amount, scale: to })).toBe(true);
        expect(isSameSum(sum, { ...sum, amount: amount + 1, scale: to })).toBe(false);
      }
    }),
  );
});

test.each([
  ['EUR', 1050, 2, 2, 1050],
  ['EUR at a finer scale', 10_500_000, 6, 2, 1050],
  ['a part of a cent', 10_500_001, 6, 2, null],
  ['JPY with decimals in the catalogue', 50_000, 2, 0, 500],
  ['half a yen', 50_050, 2, 0, null],
  ['nothing', 0, 2, 0, 0],
  ['the greatest amount', Number.MAX_SAFE_INTEGER, 2, 3, null],
])('%s: %d of scale %d is %d of scale %d', (_, amount, from, to, expected) => {
  expect(rescaleSum({ amount, currency: 'EUR', scale: from }, to)).toBe(expected);
});

test('money of another currency is never the same', () => {
  expect(
    isSameSum({ amount: 5, currency: 'EUR', scale: 0 }, { amount: 5, currency: 'USD', scale: 0 }),
  ).toBe(false);
});
