/** The test kit as a host's suite uses it: one kit, a fresh tenant per test, and a clock that moves when told. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { catalog } from '#test/kit.ts';
import { createBursar } from './bursar.ts';
import { createTestBursar } from './testing.ts';

let bursar: Awaited<ReturnType<typeof make>>;
let kit: ReturnType<typeof bursar.tenant>;
let tenants = 0;
const make = () => createTestBursar({ catalog, at: '2026-01-31T10:00:00Z' });
beforeAll(async () => {
  bursar = await make();
});
afterAll(() => bursar.close());
beforeEach(() => {
  tenants += 1;
  kit = bursar.tenant(`test-${tenants}`);
});

test('a quota is whole again at the clamped end of the month', async () => {
  const ask = { customer: 'ann', feature: 'api-calls' } as const;
  await kit.subscribe({ customer: 'ann', plan: 'free' });
  await kit.consume({ ...ask, amount: 100 });
  expect((await kit.check(ask)).resetsAt).toEqual(new Date('2026-02-28T10:00:00Z'));

  await bursar.advanceTo('2026-02-28T09:59:59Z');
  expect(await kit.check(ask)).toMatchObject({ allowed: false, available: 0 });
  await bursar.advance('PT1S');

  expect(await kit.check(ask)).toMatchObject({ allowed: true, available: 100 });
  expect((await kit.ledger.verify()).ok).toBe(true);
});

test('the clock never goes back, and a duration that cannot be read moves nothing', async () => {
  const before = (await kit.subscribe({ customer: 'ann', plan: 'free' })).startsAt;

  await expect(bursar.advanceTo('2020-01-01T00:00:00Z')).rejects.toMatchObject({
    code: 'validation',
  });
  await expect(bursar.advanceTo('tomorrow')).rejects.toMatchObject({ code: 'validation' });
  await expect(bursar.advance('1 month' as never)).rejects.toMatchObject({ code: 'validation' });

  expect((await kit.subscribe({ customer: 'bob', plan: 'free' })).startsAt).toEqual(before);
});

test('a kit without a test clock has no such verbs', () => {
  const plain = createBursar({ catalog, database: 'memory://' });

  // @ts-expect-error No advance without a test clock.
  expect(plain.advance).toBeUndefined();
  expect('advanceTo' in plain).toBe(false);
});
