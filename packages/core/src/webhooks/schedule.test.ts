/** When something is sent again. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { attemptsMax, delayAfter } from './schedule.ts';

const now = new Date('2026-01-01T00:00:00Z');
const day = 86_400_000;

test('ten attempts lie within about three days, the first ones close together', () => {
  const delays = Array.from({ length: attemptsMax }, (_, index) =>
    delayAfter(index + 1, { retryAfter: null, now }),
  );

  expect(attemptsMax).toBe(10);
  expect(delays.at(-1)).toBeNull();
  const waits = delays.slice(0, -1) as number[];
  expect(waits[0]).toBeLessThan(6_000);
  const whole = waits.reduce((sum, one) => sum + one, 0);
  expect(whole).toBeGreaterThan(2.5 * day);
  expect(whole).toBeLessThan(3.6 * day);
});

test('an endpoint is never asked again before it wanted to be, up to a day', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: attemptsMax - 1 }),
      fc.integer({ min: 0, max: 200_000 }),
      (attempt, seconds) => {
        const wait = delayAfter(attempt, { retryAfter: String(seconds), now }) as number;
        expect(wait).toBeGreaterThanOrEqual(Math.min(day, seconds * 1000));
      },
    ),
  );
});

test.each([
  ['120', 120_000],
  ['Thu, 01 Jan 2026 00:10:00 GMT', 600_000],
  ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
  ['999999999', day],
  ['Thu, 01 Jan 2099 00:00:00 GMT', day],
  ['soon', 0],
  ['-5', 0],
])('Retry-After: %s asks for at least so many milliseconds', (retryAfter, least) => {
  const wait = delayAfter(1, { retryAfter, now }) as number;
  expect(wait).toBeGreaterThanOrEqual(Math.max(4_500, least));
  expect(wait).toBeLessThanOrEqual(Math.max(5_500, least));
});
