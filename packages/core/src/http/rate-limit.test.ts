/** The header fields of quotas: structured, finite, and never telling to wait for an hour. */
import { expect, test } from 'vitest';
import type { Verdict } from './guard.ts';
import { rateLimitFields, retryAfter } from './rate-limit.ts';

const now = new Date('2026-01-01T00:00:00Z');
const inSeconds = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const verdict = (more: Partial<Verdict>): Verdict => ({
  allowed: true,
  reason: null,
  feature: 'api-calls',
  requested: 1,
  granted: 10,
  available: 4,
  resetsAt: inSeconds(90),
  ...more,
});

test('each quota is one item with what is left and the seconds to its reset', () => {
  const fields = rateLimitFields(
    [verdict({}), verdict({ feature: 'seats "x"', resetsAt: null })],
    now,
  );

  expect(fields).toEqual({
    'ratelimit-policy': '"api-calls";q=10, "seats \\"x\\"";q=10',
    ratelimit: '"api-calls";r=4;t=90, "seats \\"x\\"";r=4',
  });
});

test('of two decisions on one feature the later counts; unlimited ones and balances are left out', () => {
  expect(
    rateLimitFields([verdict({ available: 4 }), verdict({ available: 3 })], now).ratelimit,
  ).toBe('"api-calls";r=3;t=90');
  expect(
    rateLimitFields(
      [verdict({ granted: null }), verdict({ feature: undefined, unit: 'points' })],
      now,
    ),
  ).toEqual({});
});

test('a reset in less than an hour is worth waiting for, a later one is not', () => {
  expect(retryAfter('quota_exceeded', verdict({ resetsAt: inSeconds(3599) }), now)).toBe(3599);
  expect(retryAfter('quota_exceeded', verdict({ resetsAt: inSeconds(3600) }), now)).toBeNull();
  expect(retryAfter('quota_exceeded', verdict({ resetsAt: null }), now)).toBeNull();
  expect(retryAfter('quota_exceeded', verdict({ resetsAt: inSeconds(0) }), now)).toBe(1);
  expect(retryAfter('insufficient_balance', verdict({}), now)).toBeNull();
  expect(retryAfter('database', undefined, now)).toBe(1);
});
