/** Shares: half up, in their order, and in percent never more than the whole. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sharesOf } from './shares.ts';

const levels = (...basisPoints: number[]) =>
  basisPoints.map((points, index) => ({ level: index + 1, basisPoints: points }));

test('shares are rounded half up, and those of nothing are left out', () => {
  const shares = sharesOf({ basis: 'base', actor: { fixed: 7 }, levels: levels(1_050, 5, 0) }, 100);

  expect(shares).toEqual([
    { kind: 'actor', level: 0, amount: 7 },
    { kind: 'upline', level: 1, amount: 11 },
  ]);
});

test('two halves of one are one and nothing', () => {
  expect(sharesOf({ basis: 'base', levels: levels(5_000, 5_000) }, 1)).toEqual([
    { kind: 'upline', level: 1, amount: 1 },
  ]);
});

test('levels may have parts of what the actor is awarded; without an award nothing', () => {
  const of = (actor?: { fixed: number }) =>
    sharesOf({ basis: 'actor', actor, levels: levels(1_000, 500) }, 9_999).map(
      ({ amount }) => amount,
    );

  expect(of({ fixed: 200 })).toEqual([200, 20, 10]);
  expect(of()).toEqual([]);
});

test('parts of a whole are never more than the whole, and each at most half a unit from exact', () => {
  const parts = fc
    .array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 10 })
    .filter((points) => points.reduce((sum, one) => sum + one, 0) <= 10_000);
  const worth = fc.oneof(
    fc.integer({ min: 0, max: 200 }),
    fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  );
  fc.assert(
    fc.property(parts, worth, fc.boolean(), (points, whole, hasActor) => {
      const [first = 0, ...rest] = points;
      const setting = hasActor
        ? { actor: { basisPoints: first }, levels: levels(...rest) }
        : { levels: levels(...points) };
      const shares = sharesOf({ basis: 'base', ...setting }, whole);

      const sum = shares.reduce((total, { amount }) => total + BigInt(amount), 0n);
      expect(sum <= BigInt(whole)).toBe(true);
      for (const { level, amount } of shares) {
        const share = hasActor ? points[level] : points[level - 1];
        const over = 20_000n * BigInt(amount) - 2n * BigInt(whole) * BigInt(share ?? 0);
        expect(amount).toBeGreaterThan(0);
        expect(over <= 10_000n).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});
