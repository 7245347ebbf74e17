/** Every reason has its error, whose code is the same word and whose status follows from it. */
import { expect, test } from 'vitest';
import { isBursarError } from '../kernel/index.ts';
import type { Denied, Reason } from './decision.ts';
import { deniedError, isDenied } from './errors.ts';

const denied = (reason: Reason): Denied => ({
  allowed: false,
  reason,
  feature: 'api-calls',
  requested: 1,
  granted: 0,
  used: 0,
  held: 0,
  available: 0,
  overage: 0,
  limit: 'hard',
  resetsAt: null,
  replayed: false,
});

test.each([
  ['customer_frozen', 403],
  ['feature_unknown', 404],
  ['no_subscription', 403],
  ['feature_not_in_plan', 403],
  ['paused', 403],
  ['past_due', 402],
  ['quota_exceeded', 429],
  ['insufficient_balance', 402],
  ['limit_exceeded', 409],
  ['value_mismatch', 403],
  ['wrong_kind', 422],
] as const)('%s is an error of that code, with status %i and the decision', (reason, status) => {
  const error = deniedError(denied(reason));

  expect(error).toMatchObject({ code: reason, status, statusCode: status, decision: { reason } });
  expect([isDenied(error), isBursarError(error)]).toEqual([true, true]);
});

test('an error of anything else is not a refusal', () => {
  expect(isDenied(new Error('no'))).toBe(false);
  expect(isDenied(null)).toBe(false);
});
