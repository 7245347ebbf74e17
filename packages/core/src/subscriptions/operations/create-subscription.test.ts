/** Selling subscriptions: what is frozen, what is refused, and that a refusal writes nothing. */
import { beforeAll, describe, expect, test } from 'vitest';
import { describeMigrated } from '#test/kernel.ts';
import { openProcess, type Process } from '#test/subscriptions.ts';
import { findCustomer, upsertCustomer } from '../../customers/index.ts';
import { type Database, integer, type Scope, sql } from '../../kernel/index.ts';
import { readBalance, spend } from '../../ledger/index.ts';
import { setSetting } from '../../settings/index.ts';
import { listSubscriptions, stateAt } from '../index.ts';
import { findSubscription } from '../queries.ts';
import { cancelSubscription } from './cancel-subscription.ts';
import { createSubscription } from './create-subscription.ts';

const now = '2026-01-31T10:00:00.000Z';

async function rowsOf(scope: Scope): Promise<number[]> {
  const rows = await scope.many(
    sql`
    select (select count(*) from bursar.subscriptions where tenant_id = ${scope.tenant.id}::int) as subscriptions,
           (select count(*) from bursar.subscription_items where tenant_id = ${scope.tenant.id}::int) as items,
           (select count(*) from bursar.outbox where tenant_id = ${scope.tenant.id}::int) as outbox,
           (select count(*) from bursar.commands where tenant_id = ${scope.tenant.id}::int) as commands`,
    (row) => Object.values(row).map(integer),
  );
  return rows[0] ?? [];
}

describeMigrated('creating a subscription', (make) => {
  let database: Database;
  let tenants = 0;
  let process: Process;
  let scope: Scope;

  beforeAll(async () => {
    ({ database } = await make());
  });

  async function fresh(): Promise<void> {
    tenants += 1;
    process = openProcess(database, `create-${tenants}`);
    scope = await process.at(now);
  }

  test('from a plan freezes its features, starts now, and announces it', async () => {
    await fresh();

    const made = await createSubscription(scope, { customer: 'ann', plan: 'pro' });

    expect(made).toMatchObject({
      customer: 'ann',
      plan: 'pro',
      version: 1,
      family: 'main',
      status: 'trialing',
      period: 'P1M',
      startsAt: new Date(now),
      endsAt: null,
      trialEndsAt: new Date('2026-02-14T10:00:00Z'),
      currentPeriod: {
        number: 1,
        startsAt: new Date(now),
        endsAt: new Date('2026-02-28T10:00:00Z'),
      },
      billing: 'order',
      source: 'host',
      replayed: false,
    });
    expect(made.id).toMatch(/^sub_/);
    expect(made.features).toEqual([
      { feature: 'ai-tokens', kind: 'metered', quota: 50_000 },
      { feature: 'api-calls', kind: 'metered', quota: 10_000 },
      { feature: 'seats', kind: 'gauge', quota: 10 },
      { feature: 'track-time', kind: 'boolean', quota: null },
      { feature: 'upload-mb', kind: 'config', quota: null, value: 50 },
    ]);
    expect(process.types()).toEqual(['subscription.created']);
    expect(process.heard.at(-1)).toMatchObject({
      customer: 'ann',
      subject: { type: 'subscription', id: made.id },
      data: { subscription: made.id, plan: 'pro', status: 'trialing', startsAt: now, endsAt: null },
    });
  });

  test('freezes the credits of a feature and the options of the item', async () => {
    await fresh();

    const pro = await createSubscription(scope, { customer: 'ann', plan: 'pro' });
    const soft = await createSubscription(scope, { customer: 'ann', plan: 'soft' });

    const items = [
      ...((await findSubscription(scope, pro.id))?.items ?? []),
      ...((await findSubscription(scope, soft.id))?.items ?? []),
    ];
    expect(items.find((item) => item.quota === 50_000)?.options.credits).toEqual({
      unit: 'points',
      cost: 2,
    });
    expect(items.find((item) => item.quota === 10_000)?.options.rollover).toMatchObject({
      max: 5_000,
    });
    expect(items.at(-1)?.options).toMatchObject({
      limit: 'soft',
      overageMax: 5,
      reset: 'P7D',
      priority: 3,
    });
  });

  test('from features takes codes and terms, and the usual year', async () => {
    await fresh();

    const made = await createSubscription(scope, {
      customer: 'ann',
      features: [
        'track-time',
        'api-calls',
        { code: 'ai-tokens', quota: 30 },
        { code: 'upload-mb', value: 7 },
        { code: 'beta', kind: 'boolean' },
      ],
    });

    expect(made).toMatchObject({
      plan: null,
      version: null,
      family: null,
      status: 'active',
      period: 'P1Y',
      trialEndsAt: null,
    });
    expect(made.features).toEqual([
      { feature: 'ai-tokens', kind: 'metered', quota: 30 },
      { feature: 'api-calls', kind: 'metered', quota: 0 },
      { feature: 'beta', kind: 'boolean', quota: null },
      { feature: 'track-time', kind: 'boolean', quota: null },
      { feature: 'upload-mb', kind: 'config', quota: null, value: 7 },
    ]);
  });

  test('may be empty, infinite, and stacks without a plan', async () => {
    await fresh();

    await createSubscription(scope, { customer: 'ann', infinite: true });
    const second = await createSubscription(scope, { customer: 'ann', period: 'infinite' });

    expect(second).toMatchObject({
      period: null,
      features: [],
      status: 'active',
      currentPeriod: { number: 1, endsAt: null },
    });
  });

  test('takes start, end, period, trial, quotas, source, external and id as given', async () => {
    await fresh();

    const made = await createSubscription(scope, {
      customer: 'ann',
      plan: 'pro',
      id: 'mine-1',
      startsAt: '2026-01-01T00:00:00+01:00',
      endsAt: new Date('2026-06-01T00:00:00Z'),
      period: 'P1W',
      trial: 'P3D',
      quota: { 'api-calls': 'unlimited', seats: -4, 'track-time': 9 },
      source: 'import',
      external: { gateway: 'stripe', id: 'sub_1' },
    });

    expect(made).toMatchObject({
      id: 'mine-1',
      status: 'canceled',
      startsAt: new Date('2025-12-31T23:00:00Z'),
      endsAt: new Date('2026-06-01T00:00:00Z'),
      period: 'P7D',
      trialEndsAt: new Date('2026-01-03T23:00:00Z'),
      source: 'import',
      external: { gateway: 'stripe', id: 'sub_1' },
      currentPeriod: { number: 5 },
    });
    expect(made.features).toMatchObject([
      {},
      { quota: 'unlimited' },
      { quota: 0 },
      { quota: null },
      {},
    ]);
  });

  test('has no trial where it is skipped, and one until an instant where that is given', async () => {
    await fresh();

    const skipped = await createSubscription(scope, {
      customer: 'ann',
      plan: 'pro',
      trial: 'skip',
    });
    const until = await createSubscription(scope, {
      customer: 'ben',
      plan: 'pro',
      trial: '2026-03-01T00:00:00Z',
    });

    expect(skipped).toMatchObject({ trialEndsAt: null, status: 'active' });
    expect(until).toMatchObject({
      trialEndsAt: new Date('2026-03-01T00:00:00Z'),
      status: 'trialing',
    });
  });

  test.each([
    ['an unknown plan', { plan: 'gold' }, 'plan_unknown'],
    ['an unknown version', { plan: 'pro', version: 9 }, 'plan_unknown'],
    ['an unknown feature', { features: ['exprot'] }, 'feature_unknown'],
    [
      'a plan that customers cannot start themselves',
      { plan: 'pro', selfService: true },
      'forbidden',
    ],
    [
      'features started by a customer',
      { features: ['track-time'], selfService: true },
      'forbidden',
    ],
    ['a fraction as quota', { plan: 'pro', quota: { 'api-calls': 1.5 } }, 'validation'],
    ['a quota for what is not sold', { plan: 'basic', quota: { seats: 1 } }, 'validation'],
    ['a start that is no instant', { plan: 'pro', startsAt: '2026-01-01' }, 'validation'],
    ['a period that is no duration', { plan: 'pro', period: '1 month' }, 'validation'],
    ['a feature named twice', { features: ['seats', 'seats'] }, 'validation'],
    ['a term nobody knows', { features: [{ code: 'api-calls', quta: 5 }] }, 'validation'],
    [
      'a reset that is no interval',
      { features: [{ code: 'api-calls', reset: 'monthly' }] },
      'validation',
    ],
    [
      'a cap in parts that are no interval',
      { features: [{ code: 'api-calls', window: { per: 'daily', max: 5 } }] },
      'validation',
    ],
    [
      'a rollover of nothing',
      { features: [{ code: 'api-calls', rollover: { max: 0 } }] },
      'validation',
    ],
    [
      'a value that its feature does not have',
      { features: [{ code: 'upload-mb', value: 'much' }] },
      'validation',
    ],
    [
      'a start beyond what can be counted from',
      { plan: 'pro', startsAt: new Date(8.64e15) },
      'validation',
    ],
    ['a trial of no length', { plan: 'pro', trial: 'P0D' }, 'validation'],
    ['a period beyond what can be counted', { plan: 'pro', period: 'P9000Y' }, 'validation'],
    ['use of what is not metered', { plan: 'pro', used: { seats: 3 } }, 'validation'],
    ['an option nobody knows', { plan: 'pro', trail: 'skip' }, 'validation'],
    ['a key no database holds', { plan: 'pro', idempotencyKey: 'a\0b' }, 'validation'],
    ['a key that is no text', { plan: 'pro', idempotencyKey: 5 as never }, 'validation'],
    ['a kind no database holds', { plan: 'pro', kind: 'a\0b' }, 'validation'],
    ['a kind that is too long', { plan: 'pro', kind: 'k'.repeat(65) }, 'validation'],
    ['half a character', { plan: 'pro', source: 'a\ud800' }, 'validation'],
    ['a quota for half a character', { plan: 'pro', quota: { 'a\ud800': 1 } }, 'validation'],
  ])('refuses %s and writes nothing', async (_, input, code) => {
    await fresh();
    await createSubscription(scope, { customer: 'ben', plan: 'basic' });
    const before = await rowsOf(scope);

    await expect(createSubscription(scope, { customer: 'ann', ...input })).rejects.toMatchObject({
      code,
    });

    expect(await rowsOf(scope)).toEqual(before);
    expect(await findCustomer(scope, 'ann')).toBeNull();
  });

  describe('of a family that is taken', () => {
    test('is refused with the id of the one in the way, and writes nothing', async () => {
      await fresh();
      const first = await createSubscription(scope, { customer: 'ann', plan: 'pro' });
      const before = await rowsOf(scope);

      await expect(
        createSubscription(scope, { customer: 'ann', plan: 'basic' }),
      ).rejects.toMatchObject({
        code: 'already_subscribed',
        status: 409,
        details: { subscription: first.id, customer: 'ann', family: 'main' },
      });

      expect(await rowsOf(scope)).toEqual(before);
    });

    test('is refused for a time that lies behind', async () => {
      await fresh();
      const old = { plan: 'pro', startsAt: '2025-01-01T00:00:00Z', endsAt: '2025-06-01T00:00:00Z' };
      const first = await createSubscription(scope, { customer: 'ann', ...old });

      const late = { plan: 'basic', startsAt: '2025-05-31T00:00:00Z' };
      await expect(createSubscription(scope, { customer: 'ann', ...late })).rejects.toMatchObject({
        details: { subscription: first.id },
      });
      await createSubscription(scope, { customer: 'ann', ...late, startsAt: old.endsAt });
    });

    test('is free for another customer, another family, a stacking plan, and one that never runs', async () => {
      await fresh();
      await createSubscription(scope, { customer: 'ann', plan: 'pro' });

      await createSubscription(scope, { customer: 'ben', plan: 'pro' });
      await createSubscription(scope, { customer: 'ann', plan: 'seats5' });
      await createSubscription(scope, { customer: 'ann', plan: 'pack' });
      await createSubscription(scope, { customer: 'ann', plan: 'pack' });
      await createSubscription(scope, {
        customer: 'ann',
        plan: 'basic',
        endsAt: '2026-01-01T00:00:00Z',
      });

      expect((await listSubscriptions(scope, { customer: 'ann' })).items).toHaveLength(5);
    });

    test('leaves the caller’s open transaction usable', async () => {
      await fresh();
      await createSubscription(scope, { customer: 'ann', plan: 'pro' });

      await scope.transaction(async (scope) => {
        await expect(
          createSubscription(scope, { customer: 'ann', plan: 'basic' }),
        ).rejects.toMatchObject({
          code: 'already_subscribed',
        });
        await createSubscription(scope, { customer: 'ann', plan: 'pack' });
      });

      expect(
        (await listSubscriptions(scope, { customer: 'ann' })).items.map((one) => one.plan),
      ).toEqual(['pack', 'pro']);
    });
  });

  test('under a taken id is refused, also to another customer', async () => {
    await fresh();
    await createSubscription(scope, { customer: 'ann', plan: 'pack', id: 'mine' });

    await expect(
      createSubscription(scope, { customer: 'ben', plan: 'pack', id: 'mine' }),
    ).rejects.toMatchObject({
      code: 'already_exists',
    });
  });

  test('under a key again gives the first answer and writes nothing; another request is refused', async () => {
    await fresh();
    const input = { customer: 'ann', plan: 'pack', idempotencyKey: 'k1' };
    const first = await createSubscription(scope, input);
    const before = await rowsOf(scope);

    const again = await createSubscription(await process.at('2026-02-01T00:00:00Z'), input);

    expect(again).toEqual({ ...first, replayed: true });
    await expect(createSubscription(scope, { ...input, plan: 'basic' })).rejects.toMatchObject({
      code: 'idempotency_conflict',
    });
    expect(await rowsOf(scope)).toEqual(before);
  });

  test('ends what nobody paid for first, and so makes room', async () => {
    await fresh();
    process = openProcess(database, `create-${tenants}`, { paidPeriods: async () => new Map() });
    scope = await process.at(now);
    const unpaid = await createSubscription(scope, { customer: 'ann', plan: 'pro', trial: 'skip' });

    const later = await process.at('2026-02-03T10:00:00Z');
    await createSubscription(later, { customer: 'ann', plan: 'basic' });

    expect(await findSubscription(later, unpaid.id)).toMatchObject({
      endsAt: new Date('2026-02-03T10:00:00Z'),
      cancelReason: 'non_payment',
    });
    expect(process.types()).toEqual([
      'subscription.created',
      'subscription.past_due',
      'subscription.canceled',
      'subscription.updated',
      'subscription.ended',
      'subscription.created',
    ]);
  });

  describe('to the default plan', () => {
    const march = '2026-03-05T00:00:00.000Z';
    const call = { customer: 'ann', unit: 'api-calls', source: 'test' };

    test('writes down what the customer has: the same periods, and what was used stays used', async () => {
      await fresh();
      await spend(scope, { ...call, amount: 1, request: 1 });
      const later = await process.at(march);
      await spend(later, { ...call, amount: 30, request: 2 });

      const made = await createSubscription(later, { customer: 'ann', plan: 'free' });

      expect(made).toMatchObject({
        startsAt: new Date(march),
        currentPeriod: {
          number: 2,
          startsAt: new Date(march),
          endsAt: new Date('2026-03-31T10:00:00Z'),
        },
      });
      expect(await readBalance(later, call)).toMatchObject({ available: 70 });
      const next = await process.at('2026-03-31T10:00:00.000Z');
      expect(await readBalance(next, call)).toMatchObject({ available: 100 });
    });

    test('from a given start is a subscription like any other', async () => {
      await fresh();
      await spend(scope, { ...call, amount: 30, request: 1 });

      const made = await createSubscription(await process.at(march), {
        customer: 'ann',
        plan: 'free',
        startsAt: march,
      });

      expect(made.currentPeriod).toMatchObject({ number: 1, startsAt: new Date(march) });
    });
  });

  test('gives its quota to the balance in the same transaction, and takes the default’s away', async () => {
    await fresh();
    const call = { customer: 'ann', unit: 'api-calls' };
    await spend(scope, { ...call, amount: 30, source: 'test', request: 1 });

    await createSubscription(scope, { customer: 'ann', plan: 'basic' });

    expect(await readBalance(scope, call)).toMatchObject({ available: 1_000 });
  });

  test('brought in from elsewhere starts with what was used there', async () => {
    await fresh();

    const past = { startsAt: '2025-11-30T10:00:00Z', source: 'import', used: { 'api-calls': 400 } };
    await createSubscription(scope, { customer: 'ann', plan: 'basic', ...past });

    expect(await readBalance(scope, { customer: 'ann', unit: 'api-calls' })).toMatchObject({
      available: 600,
    });
    const next = await process.at('2026-03-01T00:00:00Z');
    expect(await readBalance(next, { customer: 'ann', unit: 'api-calls' })).toMatchObject({
      available: 1_000,
    });
  });

  test('is what it was sold as at every instant: upcoming, then active', async () => {
    await fresh();

    const made = await createSubscription(scope, {
      customer: 'ann',
      plan: 'basic',
      startsAt: '2026-02-10T00:00:00Z',
    });

    expect(made).toMatchObject({ status: 'upcoming', currentPeriod: null });
    const row = await findSubscription(scope, made.id);
    expect(row && stateAt(row, new Date('2026-02-10T00:00:00Z')).status).toBe('active');
    const call = { customer: 'ann', unit: 'api-calls' };
    expect(await readBalance(scope, call)).toMatchObject({ available: 100 });
    expect(await readBalance(await process.at('2026-02-10T00:00:00Z'), call)).toMatchObject({
      available: 1_000,
    });
  });

  test('is paid in one currency of its plan, and refuses another', async () => {
    await fresh();
    const eur = await createSubscription(scope, { customer: 'ann', plan: 'pro', currency: 'EUR' });
    expect(eur.currency).toBe('EUR');
    expect(
      (await createSubscription(scope, { customer: 'bob', plan: 'basic' })).currency,
    ).toBeNull();

    const usd = createSubscription(scope, { customer: 'cas', plan: 'pro', currency: 'USD' });
    await expect(usd).rejects.toMatchObject({ code: 'validation' });
  });

  describe('with one trial per person', () => {
    const pro = { plan: 'pro' } as const;
    test('refuses a second one by customer, by e-mail and by fingerprint, and nothing is written', async () => {
      await fresh();
      await setSetting(scope, { key: 'subscriptions.oneTrial', value: true });
      await upsertCustomer(scope, { customer: 'ann', email: 'Ann@Example.org' });
      await upsertCustomer(scope, { customer: 'anna', email: ' ann@example.org' });
      await createSubscription(scope, { customer: 'ann', ...pro, fingerprints: ['card 1'] });
      await cancelSubscription(scope, { customer: 'ann', at: 'now' });
      const refused = { code: 'trial_used' };

      await expect(createSubscription(scope, { customer: 'ann', ...pro })).rejects.toMatchObject(
        refused,
      );
      await expect(createSubscription(scope, { customer: 'anna', ...pro })).rejects.toMatchObject(
        refused,
      );
      const card = { customer: 'bob', ...pro, fingerprints: ['card 2', 'card 1'] };
      await expect(createSubscription(scope, card)).rejects.toMatchObject(refused);
      expect((await createSubscription(scope, { ...card, fingerprints: ['card 2'] })).status).toBe(
        'trialing',
      );
      expect(
        (await createSubscription(scope, { customer: 'ann', ...pro, trial: 'skip' })).status,
      ).toBe('active');
    });

    test('of twenty at once with one card exactly one gets it', async () => {
      await fresh();
      await setSetting(scope, { key: 'subscriptions.oneTrial', value: true });
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, (_, index) =>
          createSubscription(scope, { customer: `c${index}`, ...pro, fingerprints: ['card 9'] }),
        ),
      );

      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });
  });
});
