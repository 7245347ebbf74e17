/**
 * The kit as a host holds it: one call each, through validation, scope, slice and bus.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { describeDatabases } from '#test/databases.ts';
import type { BursarEvent } from './api/event-map.ts';
import { createBursar } from './bursar.ts';
import { defineCatalog } from './catalog/index.ts';

const catalog = defineCatalog({
  units: { EUR: { scale: 2 }, points: { max: 1_000_000 } },
  features: {
    'track-time': { kind: 'boolean' },
    'api-calls': { kind: 'metered' },
    'ai-tokens': { kind: 'metered', credits: { unit: 'points', cost: 1 } },
    seats: { kind: 'gauge' },
    'upload-mb': { kind: 'config', schema: z.number().int() },
  },
  plans: {
    free: {
      default: true,
      period: 'P1M',
      selfService: true,
      features: { 'api-calls': { quota: 100 } },
    },
    pro: {
      period: 'P1M',
      features: {
        'track-time': true,
        'api-calls': { quota: 10_000 },
        'ai-tokens': { quota: 50 },
        seats: { quota: 3 },
        'upload-mb': 50,
      },
    },
  },
});

describeDatabases('the kit', (makeUrl) => {
  const make = async () => createBursar({ catalog, database: await makeUrl(), logger: silent });
  let bursar: Awaited<ReturnType<typeof make>>;
  beforeAll(async () => {
    bursar = await make();
    await bursar.ready();
  });
  afterAll(() => bursar.close());
  let tenants = 0;
  const fresh = () => bursar.tenant(`t${++tenants}`);

  test('a stranger is checked without being made', async () => {
    const kit = fresh();

    const decision = await kit.check({ customer: 'ann', feature: 'api-calls', amount: 3 });
    const denied = await kit.check({ customer: 'ann', feature: 'track-time' });

    expect(decision).toMatchObject({
      allowed: true,
      granted: 100,
      used: 0,
      available: 100,
      limit: 'hard',
      requested: 3,
    });
    expect(denied).toMatchObject({ allowed: false, reason: 'feature_not_in_plan' });
    expect(await kit.customers.find({ customer: 'ann' })).toBeNull();
    expect(await kit.customers.list()).toEqual({ items: [], next: null });
  });

  test('use goes up to the quota, is refused beyond it, and comes back by giving back', async () => {
    const kit = fresh();

    const spent = await kit.consume({ customer: 'ann', feature: 'api-calls', amount: 98 });
    const refused = await kit.tryConsume({ customer: 'ann', feature: 'api-calls', amount: 3 });
    const back = await kit.giveBack({
      customer: 'ann',
      feature: 'api-calls',
      of: spent.transferId,
      amount: 8,
    });

    expect(spent).toMatchObject({
      allowed: true,
      used: 98,
      available: 2,
      granted: 100,
      requested: 98,
    });
    expect(refused).toMatchObject({ allowed: false, reason: 'quota_exceeded', available: 2 });
    expect(back).toMatchObject({ used: 90, available: 10 });
    await expect(
      kit.consume({ customer: 'ann', feature: 'api-calls', amount: 11 }),
    ).rejects.toMatchObject({
      code: 'quota_exceeded',
      status: 429,
      decision: { available: 10 },
    });
    expect((await kit.ledger.verify()).ok).toBe(true);
  });

  test('what a spend answers is what a check answers, whatever other processes credit and change', async () => {
    const url = await makeUrl();
    const one = createBursar({ catalog, database: url, logger: silent });
    const other = url.startsWith('postgres')
      ? createBursar({ catalog, database: url, logger: silent })
      : one;
    const use = { customer: 'ann', feature: 'api-calls' } as const;
    const agree = async () => {
      const { transferId: _, requested: __, ...spent } = await one.consume(use);
      const { requested: ___, ...checked } = await one.check({ ...use, amount: 0 });
      expect(spent).toEqual(checked);
      return spent;
    };

    await agree();
    await other.wallet.credit({ customer: 'ann', unit: 'api-calls', amount: 7 });
    const credited = await agree();
    await other.wallet.credit({ customer: 'ann', unit: 'api-calls', amount: 5 });
    await agree();
    await other.subscribe({ customer: 'ann', plan: 'pro' });
    const subscribed = await agree();
    await other.subscriptions.cancel({ customer: 'ann', at: 'now' });
    const canceled = await agree();

    expect([credited.granted, subscribed.granted, canceled.granted]).toEqual([107, 10_012, 112]);
    await one.close();
    if (other !== one) await other.close();
  });

  test('a subscription brings every kind of feature, and cancelling it now takes them back', async () => {
    const kit = fresh();
    await kit.subscribe({ customer: 'acme', plan: 'pro' });

    const config = await kit.check({ customer: 'acme', feature: 'upload-mb' });
    const seat = await kit.entitlements.set({
      customer: 'acme',
      feature: 'seats',
      usedBy: 'u1',
      amount: 1,
    });
    await kit.entitlements.set({ customer: 'acme', feature: 'seats', usedBy: 'u1', amount: 1 });
    await kit.consume({ customer: 'acme', feature: 'seats', usedBy: 'u2', amount: 2 });
    const full = await kit.tryConsume({ customer: 'acme', feature: 'seats', usedBy: 'u3' });
    await kit.subscriptions.cancel({ customer: 'acme', at: 'now' });
    const after = await kit.tryConsume({ customer: 'acme', feature: 'api-calls', amount: 101 });

    expect(config).toMatchObject({ allowed: true, value: 50 });
    expect(seat).toMatchObject({ allowed: true, used: 1, granted: 3, available: 2 });
    expect(full).toMatchObject({ allowed: false, reason: 'quota_exceeded' });
    expect((await kit.entitlements.usage({ customer: 'acme', feature: 'seats' })).items).toEqual([
      { usedBy: { kind: 'user', id: 'u1' }, used: 1 },
      { usedBy: { kind: 'user', id: 'u2' }, used: 2 },
    ]);
    expect(after).toMatchObject({ allowed: false, reason: 'quota_exceeded', granted: 100 });
    expect((await kit.ledger.verify()).broken).toEqual([]);
  });

  test('a hold is captured for what the work cost, and released when the work fails', async () => {
    const kit = fresh();
    await kit.subscribe({ customer: 'ann', plan: 'pro' });
    await kit.wallet.credit({ customer: 'ann', unit: 'points', amount: 100 });
    const ask = { customer: 'ann', feature: 'ai-tokens', amount: 60 } as const;

    const answer = await kit.withHold(ask, async (hold) => (await hold.capture(70)).captured);
    const failing = kit.withHold({ ...ask, amount: 10 }, async () => {
      throw new Error('no model');
    });

    await expect(failing).rejects.toThrow('no model');
    expect(answer).toBe(70);
    expect(await kit.wallet.balance({ customer: 'ann', unit: 'points' })).toMatchObject({
      available: 80,
      held: 0,
      formatted: '80',
    });
    expect((await kit.ledger.verify()).broken).toEqual([]);
  });

  test('work that throws at once gives its hold back, and one that outlasts it is told', async () => {
    const kit = fresh();
    await kit.wallet.credit({ customer: 'ann', unit: 'points', amount: 100 });
    const ask = { customer: 'ann', unit: 'points', amount: 60 } as const;

    const throwing = kit.withHold(ask, () => {
      throw new Error('at once');
    });

    await expect(throwing).rejects.toThrow('at once');
    expect(await kit.wallet.balance({ customer: 'ann', unit: 'points' })).toMatchObject({
      held: 0,
    });
    await expect(kit.hold({ ...ask, expiresIn: 'P2Y' })).rejects.toMatchObject({
      code: 'validation',
    });
    await kit.withHold(ask, async (hold) => {
      await expect(hold.extend(new Date(0))).rejects.toMatchObject({ code: 'validation' });
      await hold.capture(1);
    });
    await expect(kit.consume({ customer: 'a\u0000', feature: 'api-calls' })).rejects.toMatchObject({
      code: 'validation',
    });
  });

  test('listeners hear after commit, in order, and one that fails hurts nobody', async () => {
    const kit = fresh();
    const heard: BursarEvent[] = [];
    const stops = [
      bursar.events.on('*', () => {
        throw new Error('a listener that throws');
      }),
      bursar.events.on('*', (event) => void heard.push(event)),
      bursar.events.on('*', async () => Promise.reject(new Error('a listener that rejects'))),
    ];

    await kit.subscribe({ customer: 'ann', plan: 'pro' });
    await kit.consume({ customer: 'ann', feature: 'api-calls' });
    for (const stop of stops) stop();
    await kit.consume({ customer: 'ann', feature: 'api-calls' });

    const types = heard.map((event) => event.type);
    expect(types.slice(0, 2)).toEqual(['customer.created', 'subscription.created']);
    expect(types.filter((type) => type === 'balance.updated')).toHaveLength(2);
    expect(heard.every((event) => event.customer === 'ann' && event.id.startsWith('evt_'))).toBe(
      true,
    );
  });

  test('tenants do not see each other', async () => {
    const [one, other] = [fresh(), fresh()];
    await one.wallet.credit({ customer: 'ann', unit: 'points', amount: 5 });

    expect(await other.wallet.balance({ customer: 'ann', unit: 'points' })).toMatchObject({
      available: 0,
    });
    expect(await other.customers.find({ customer: 'ann' })).toBeNull();
  });

  test('a state has everything a billing page shows', async () => {
    const kit = fresh();
    await kit.subscribe({ customer: 'ann', plan: 'pro' });

    const state = await kit.customer('ann').state();

    expect(state.customer?.id).toBe('ann');
    expect(state.subscriptions).toHaveLength(1);
    expect(state.entitlements.map((one) => one.feature)).toEqual([
      'ai-tokens',
      'api-calls',
      'seats',
      'track-time',
      'upload-mb',
    ]);
    expect(state.balances.map((one) => one.unit)).toEqual(['EUR', 'points']);
  });

  describe('bad input is refused with the field, and nothing is written', () => {
    test.each([
      ['a float', { feature: 'api-calls', amount: 1.5 }, 'invalid_amount'],
      ['a negative amount', { feature: 'api-calls', amount: -1 }, 'invalid_amount'],
      ['zero', { feature: 'api-calls', amount: 0 }, 'invalid_amount'],
      ['an unknown key', { feature: 'api-calls', amont: 1 }, 'validation'],
      ['a wrong type', { feature: 7 }, 'validation'],
      ['an empty customer', { customer: '', feature: 'api-calls' }, 'validation'],
    ])('%s', async (_, input, code) => {
      const kit = fresh();

      await expect(kit.consume({ customer: 'ann', ...input } as never)).rejects.toMatchObject({
        code,
      });

      expect(await kit.customers.list()).toEqual({ items: [], next: null });
    });
  });
});

test('an unknown option is refused at once', () => {
  expect(() => createBursar({ catalog, databse: 'memory://' } as never)).toThrow(
    expect.objectContaining({ code: 'configuration' }),
  );
});

const silent = { debug() {}, info() {}, warn() {}, error() {} };
