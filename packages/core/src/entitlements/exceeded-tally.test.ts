/** Counting refusals: by minute, bounded, and in whatever order they come. */
import { expect, test } from 'vitest';
import type { News } from '../kernel/index.ts';
import { createExceededTally } from './exceeded-tally.ts';

function refusal(at: string, requested: number, customer = 'ann'): News {
  return {
    ...{ id: 'evt_1', type: 'quota.exceeded', tenant: 'default', customer, at, source: 'x' },
    ...{ subject: { type: 'feature', id: 'calls' }, actor: null },
    data: { feature: 'calls', requested, available: 0, attempts: 1 },
  };
}

test('a minute is taken once it is over, with what its last attempt asked for', () => {
  const tally = createExceededTally();
  tally.add(refusal('2026-01-01T00:00:59.999Z', 3));
  tally.add(refusal('2026-01-01T00:00:10Z', 2));
  tally.add(refusal('2026-01-01T00:01:00Z', 4));

  const early = tally.take(new Date('2026-01-01T00:00:59.999Z'));
  const first = tally.take(new Date('2026-01-01T00:01:00Z'));
  const rest = tally.take(null);

  expect(early).toEqual([]);
  expect(first).toMatchObject([{ attempts: 2, requested: 3 }]);
  expect(rest).toMatchObject([{ attempts: 1, requested: 4 }]);
  expect(tally.take(null)).toEqual([]);
});

test('what could not be written is counted again, beside what has come meanwhile', () => {
  const tally = createExceededTally();
  tally.add(refusal('2026-01-01T00:00:10Z', 1));
  const [kept] = tally.take(null);
  tally.add(refusal('2026-01-01T00:00:20Z', 2));

  if (kept) tally.merge(kept);

  expect(tally.take(null)).toMatchObject([{ attempts: 2, requested: 2 }]);
});

test('ten thousand and one counts are one too many: the oldest is forgotten', () => {
  const tally = createExceededTally();
  for (let index = 0; index <= 10_000; index += 1)
    tally.add(refusal('2026-01-01T00:00:00Z', 1, `c${index}`));

  const customers = tally.take(null).map(({ customer }) => customer);

  expect(customers).toHaveLength(10_000);
  expect([customers[0], customers.at(-1)]).toEqual(['c1', 'c10000']);
});
