/** What the kit counts, as a host's own SDK collects it. */
import { createBursar } from '@bursar/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeDatabases } from '#test/databases.ts';
import { catalog, eventually } from '#test/kit.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { type Point, registerSdk } from '#test/telemetry.ts';
import { withRetries } from '../../packages/core/src/kernel/index.ts';

let sdk: ReturnType<typeof registerSdk>;
beforeAll(() => {
  sdk = registerSdk();
});
afterAll(() => sdk.remove());

/** The points of a metric as `attributes -> value`. */
function told(points: readonly Point[] | undefined): Record<string, unknown> {
  return Object.fromEntries(
    (points ?? []).map(({ attributes, value }) => [Object.values(attributes).join(' '), value]),
  );
}

/** What has come to a counter since. */
function gained(before: readonly Point[] | undefined, after: readonly Point[] | undefined) {
  const was = told(before) as Record<string, number>;
  const all = Object.entries(told(after) as Record<string, number>);
  return Object.fromEntries(
    all.map(([name, value]) => [name, value - (was[name] ?? 0)]).filter(([, value]) => value !== 0),
  );
}

describeDatabases('what is counted', (makeUrl) => {
  const closers: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });
  async function started(schema: string) {
    const options = { catalog, database: await makeUrl(), logger: silentLogger, schema };
    const kit = createBursar(options);
    closers.push(() => kit.close());
    await kit.start();
    return kit;
  }

  test('are spends by kind, refusals by reason and verb, catch-ups, and how many shared a statement', async () => {
    const kit = await started('bursar');
    const before = await sdk.collect();

    await kit.subscribe({ customer: 'team', plan: 'pro' });
    await kit.consume({ customer: 'ann', feature: 'api-calls', idempotencyKey: 'k' });
    await kit.consume({ customer: 'ann', feature: 'api-calls', idempotencyKey: 'k' });
    await Promise.all(
      Array.from({ length: 20 }, () => kit.consume({ customer: 'ann', feature: 'api-calls' })),
    );
    await kit.hold({ customer: 'ann', feature: 'api-calls', amount: 3 });
    await kit.consume({ customer: 'team', feature: 'seats', amount: 2 });
    await kit.tryConsume({ customer: 'team', feature: 'seats', amount: 2 });
    await kit.tryConsume({ customer: 'ann', feature: 'api-calls', amount: 500 });
    await kit.tryConsume({ customer: 'ann', feature: 'ai-tokens' });
    await kit.check({ customer: 'ann', feature: 'track-time' });
    const moves = { customer: 'ann', unit: 'points', amount: 5 } as const;
    for (const refused of [
      () => kit.wallet.debit(moves),
      () => kit.wallet.hold(moves),
      () => kit.wallet.transfer({ ...moves, to: 'team' }),
    ])
      await expect(refused()).rejects.toMatchObject({ code: 'insufficient_balance' });

    const after = await sdk.collect();
    const come = (name: string) => gained(before[name], after[name]);
    expect(come('bursar.spends')).toEqual({
      ...{ 'spend false': 21, 'spend true': 1, 'hold false': 1, 'gauge false': 1 },
    });
    expect(come('bursar.refusals')).toEqual({
      'quota_exceeded entitlements.consume': 2,
      'feature_not_in_plan entitlements.consume': 1,
      'insufficient_balance wallet.debit': 1,
      'insufficient_balance wallet.hold': 1,
      'insufficient_balance wallet.transfer': 1,
    });
    expect(come('bursar.catch_ups')).toEqual({ '': expect.any(Number) });
    const [shared] = after['bursar.statement.spends'] ?? [];
    expect(shared?.value).toMatchObject({ min: 1, sum: expect.any(Number) });
    expect(shared?.value.max).toBeGreaterThan(5);
    const outcomes = told(after['bursar.spend.duration']);
    expect(Object.keys(outcomes).sort()).toEqual(['accepted', 'refused']);
  });

  test('are events that are given again, given up on, and how long the oldest has waited', async () => {
    const schema = `aged_${closers.length}_${performance.now().toFixed()}`;
    const kit = await started(schema);
    const subscribed = { types: ['subscription.created'] } as const;
    const before = await sdk.collect();
    expect(told(before['bursar.outbox.age'])[schema]).toBeUndefined();
    let isWilling = false;
    kit.events.consumer('moody', {
      ...{ ...subscribed, attempts: 2 },
      handle: async () => {
        if (!isWilling) throw new Error('Not yet.');
      },
    });
    await eventually(
      async () => `${schema} moody` in told((await sdk.collect())['bursar.deliveries.age']),
    );

    await kit.subscribe({ customer: 'ann', plan: 'pro' });
    await eventually(async () => (await kit.events.deadLetters()).items.length === 1);
    isWilling = true;
    const after = await sdk.collect();

    expect(gained(before['bursar.deliveries.retries'], after['bursar.deliveries.retries'])).toEqual(
      {
        moody: 1,
      },
    );
    expect(gained(before['bursar.deliveries.dead'], after['bursar.deliveries.dead'])).toEqual({
      moody: 1,
    });
    expect(told(after['bursar.outbox.age'])).toMatchObject({ [schema]: expect.any(Number) });
  });
});

test('each further try of the database is counted by its reason, the first one and the last failure are not', async () => {
  const before = await sdk.collect();
  const reasons = ['40001', '40P01', '40001'];

  await withRetries(async () => {
    const code = reasons.pop();
    if (code) throw Object.assign(new Error('Try again.'), { code });
  });
  await withRetries(async () => Promise.reject(new Error('A defect.'))).catch(() => {});

  const after = await sdk.collect();
  expect(gained(before['bursar.database.retries'], after['bursar.database.retries'])).toEqual({
    ...{ '40001': 2, '40P01': 1 },
  });
});
