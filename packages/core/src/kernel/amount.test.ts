/** Amounts: what is one, what sums to one, and how people write them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { add, checkAmount, formatAmount, multiply, parseAmount, subtract } from './amount.ts';

const invalid = expect.objectContaining({ code: 'invalid_amount', kind: 'invalid', status: 422 });
const amount = fc.maxSafeInteger();
const scale = fc.integer({ min: 0, max: 9 });

describe('an amount', () => {
  test.each([1, 42, Number.MAX_SAFE_INTEGER])('%d is one', (value) => {
    expect(checkAmount(value)).toBe(value);
  });

  test.each([
    0,
    -1,
    -0,
    1.5,
    0.1,
    Number.NaN,
    Infinity,
    -Infinity,
    2 ** 53,
    '5',
    5n,
    null,
    undefined,
    {},
    [1],
    true,
  ])('%s is none', (value) => {
    expect(() => checkAmount(value)).toThrow(invalid);
  });

  test('the message names the field and says what to send', () => {
    expect(() => checkAmount(1.5, 'quota')).toThrow(/1\.5 .* as quota a whole number from 1/);
  });
});

describe('arithmetic', () => {
  test('equals that of big integers wherever it does not throw', () => {
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        for (const [ours, exact] of [
          [() => add(a, b), BigInt(a) + BigInt(b)],
          [() => subtract(a, b), BigInt(a) - BigInt(b)],
          [() => multiply(a, b), BigInt(a) * BigInt(b)],
        ] as const) {
          const safe =
            exact <= BigInt(Number.MAX_SAFE_INTEGER) && exact >= -BigInt(Number.MAX_SAFE_INTEGER);
          if (safe) expect(BigInt(ours())).toBe(exact);
          else expect(ours).toThrow(invalid);
        }
      }),
    );
  });

  test('never gives minus zero, and refuses what is not whole', () => {
    expect(Object.is(multiply(0, -5), 0)).toBe(true);
    expect(() => add(0.5, 1)).toThrow(invalid);
    expect(() => multiply(Number.NaN, 1)).toThrow(invalid);
  });
});

describe('text', () => {
  test.each([
    ['10.50', 2, 1050],
    ['10.5', 2, 1050],
    ['10', 2, 1000],
    ['-0.01', 2, -1],
    ['-0', 2, 0],
    ['007', 0, 7],
    ['9007199254740991', 0, Number.MAX_SAFE_INTEGER],
    ['0.000000001', 9, 1],
  ])('%s of scale %i is %d', (text, decimals, expected) => {
    expect(parseAmount(text, { scale: decimals })).toBe(expected);
  });

  test.each([
    ['10.505', 2],
    ['10.', 2],
    ['.5', 2],
    ['', 2],
    [' 1', 2],
    ['1 ', 2],
    ['1,50', 2],
    ['1_000', 0],
    ['1e3', 0],
    ['0x10', 0],
    ['+1', 0],
    ['--1', 0],
    ['1.0', 0],
    ['٣', 0],
    ['9007199254740992', 0],
    ['90071992547409.92', 2],
    ['NaN', 2],
    ['1'.repeat(40), 0],
  ])('%j of scale %i is refused', (text, decimals) => {
    expect(() => parseAmount(text, { scale: decimals })).toThrow(invalid);
  });

  test('what was formatted is parsed to the same amount', () => {
    fc.assert(
      fc.property(amount, scale, (value, decimals) => {
        const whole = value === 0 ? 0 : value;
        const text = formatAmount(whole, { scale: decimals });

        expect(parseAmount(text, { scale: decimals })).toBe(whole);
        expect(text).toMatch(
          decimals === 0 ? /^-?\d+$/ : new RegExp(`^-?\\d+\\.\\d{${decimals}}$`),
        );
      }),
    );
  });

  test('what is no amount is not formatted', () => {
    expect(() => formatAmount(1.5, { scale: 2 })).toThrow(invalid);
  });
});
