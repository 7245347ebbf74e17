/** The plan of a balance and the rights of a customer, read from rows: defaults, families, versions, pause, past due. */
import { beforeAll, describe, expect, test } from 'vitest';
import { describeMigrated } from '#test/kernel.ts';
import { openProcess, type Process, soldSpec } from '#test/subscriptions.ts';
import type { CatalogSpec } from '../catalog/index.ts';
import { ensureCustomer, findCustomer } from '../customers/index.ts';
import { type Database, type Scope, sql } from '../kernel/index.ts';
import { readBalance, spend, strangerAt } from '../ledger/index.ts';
import { cancelSubscription, createSubscription, planOf, rightsAt } from './index.ts';

const start = '2026-01-31T10:00:00.000Z';
const later = '2026-03-05T00:00:00.000Z';
const march = new Date('2026-03-31T10:00:00Z');

describeMigrated('the plan of a balance', (make) => {
  let database: Database;
  let tenants = 0;
  let process: Process;
  let scope: Scope;

  beforeAll(async () => {
    ({ database } = await make());
  });

  async function ann(now = start): Promise<void> {
    tenants += 1;
    process = openProcess(database, `plan-${tenants}`);
    scope = await process.at(now);
    await ensureCustomer(scope, { customer: 'ann' });
  }

  async function plan(unit: string, now: Date | string = later, lock = false) {
    const asking = await process.at(now);
    const customer = (await findCustomer(asking, 'ann')) ?? strangerAt(asking, 'ann');
    return asking.transaction((inner) => planOf(inner, { customer, unit, now: asking.now, lock }));
  }

  async function rights(now: Date | string = later) {
    const asking = await process.at(now);
    return rightsAt(asking, await findCustomer(asking, 'ann'), asking.now);
  }

  test('of a unit that is no feature is empty', async () => {
    await ann();

    expect(await plan('points')).toEqual({
      windows: [],
      subWindow: null,
      ceiling: null,
      thresholds: [],
      nextChangeAt: null,
    });
  });

  test('of a customer without a subscription is the default, counted from its creation', async () => {
    await ann();
    const { id } = await ensureCustomer(scope, { customer: 'ann' });

    expect(await plan('api-calls')).toMatchObject({
      windows: [{ reference: `default/${id}/main/api-calls/2`, quota: 100, endsAt: march }],
      nextChangeAt: march,
    });
    expect(await plan('seats')).toMatchObject({ windows: [], ceiling: 1 });
    expect(await plan('ai-tokens')).toMatchObject({ windows: [] });
  });

  test('of somebody nobody has named is the default as if made now, in a tenant without rows too', async () => {
    process = openProcess(database, 'nobody-has-been-here');
    const asking = await process.at(later);

    const answer = await planOf(asking, {
      customer: strangerAt(asking, 'zoe'),
      unit: 'api-calls',
      now: asking.now,
      lock: false,
    });

    expect(answer.windows).toMatchObject([{ quota: 100, startsAt: new Date(later) }]);
    expect((await rightsAt(asking, null, asking.now)).items).toMatchObject([
      {
        feature: 'api-calls',
        quota: 100,
        source: { kind: 'default', subscription: null, plan: 'free' },
      },
      { feature: 'seats' },
    ]);
  });

  test('of a subscriber is the subscription, not the default, and the same under the lock', async () => {
    await ann();
    const { id } = await createSubscription(scope, { customer: 'ann', plan: 'basic' });

    expect((await plan('api-calls')).windows).toMatchObject([
      { reference: `${id}/api-calls/2`, quota: 1_000 },
    ]);
    expect(await plan('api-calls', later, true)).toEqual(await plan('api-calls'));
    expect((await plan('seats')).ceiling).toBe(0);
  });

  test('adds what stacks, and changes when the first of them does', async () => {
    await ann();
    await createSubscription(scope, {
      customer: 'ann',
      plan: 'pack',
      endsAt: '2026-03-10T00:00:00Z',
    });
    await createSubscription(scope, {
      customer: 'ann',
      plan: 'basic',
      startsAt: '2026-03-07T00:00:00Z',
    });

    const answer = await plan('api-calls');

    expect(answer.windows).toMatchObject([
      { quota: 50, endsAt: new Date('2026-03-10T00:00:00Z') },
      { quota: 100 },
    ]);
    expect(answer.nextChangeAt).toEqual(new Date('2026-03-07T00:00:00Z'));
    expect(
      (await plan('api-calls', '2026-03-07T00:00:00Z')).windows.map((window) => window.quota),
    ).toEqual([1_000, 50]);
    expect(
      (await plan('api-calls', '2026-03-10T00:00:00Z')).windows.map((window) => window.quota),
    ).toEqual([1_000]);
  });

  test('adds ceilings over families, and has none where one is unlimited', async () => {
    await ann();
    await createSubscription(scope, { customer: 'ann', plan: 'pro' });
    await createSubscription(scope, {
      customer: 'ann',
      plan: 'seats5',
      endsAt: '2026-04-01T00:00:00Z',
    });
    expect(await plan('seats')).toMatchObject({
      ceiling: 15,
      nextChangeAt: new Date('2026-04-01T00:00:00Z'),
    });

    await createSubscription(scope, { customer: 'ann', plan: 'endless' });

    expect((await plan('seats')).ceiling).toBeNull();
    expect((await plan('api-calls')).windows.map((window) => window.quota)).toContain(null);
  });

  test('does not change where a subscription without the feature and without a default begins or ends', async () => {
    await ann();
    await createSubscription(scope, { customer: 'ann', plan: 'basic' });
    await createSubscription(scope, {
      customer: 'ann',
      plan: 'seats5',
      endsAt: '2026-03-08T00:00:00Z',
    });

    expect((await plan('api-calls')).nextChangeAt).toEqual(march);
  });

  test('gives the whole quota on trial', async () => {
    await ann();
    await createSubscription(scope, { customer: 'ann', plan: 'pro' });

    expect((await plan('api-calls', '2026-02-01T00:00:00Z')).windows).toMatchObject([
      { quota: 10_000, rollover: null },
    ]);
  });

  test('suspends a paused subscription until its return, and keeps the default away', async () => {
    await ann();
    const { id } = await createSubscription(scope, { customer: 'ann', plan: 'basic' });
    await scope.run(sql`
      update bursar.subscriptions set paused_at = '2026-03-01T00:00:00Z', resumes_at = '2026-03-09T00:00:00Z'
       where id = ${id}::text`);

    const answer = await plan('api-calls');

    expect(answer.windows).toMatchObject([{ reference: `${id}/api-calls/2`, suspended: true }]);
    expect(answer.nextChangeAt).toEqual(new Date('2026-03-09T00:00:00Z'));
    expect(await rights()).toMatchObject({ items: [], hasSubscription: true, hasValid: false });
    expect([...(await rights()).denied]).toEqual([['api-calls', 'paused']]);
    expect(await rights('2026-03-09T00:00:00Z')).toMatchObject({
      hasValid: true,
      denied: new Map(),
    });
  });

  test('of an unpaid subscription goes on within its window and says why not after it', async () => {
    await ann();
    process = openProcess(database, `plan-${tenants}`, {
      paidPeriods: async (_, ids) => new Map(ids.map((id) => [id, [[1, 1] as const]])),
    });
    await createSubscription(scope, { customer: 'ann', plan: 'pro', trial: 'skip' });
    const within = '2026-03-03T00:00:00Z';

    expect(await plan('ai-tokens', within)).toMatchObject({
      windows: [{ quota: 50_000, endsAt: march }],
      nextChangeAt: new Date('2026-03-03T10:00:00Z'),
    });
    expect((await plan('ai-tokens')).windows).toEqual([]);
    const after = await rights();
    expect(after).toMatchObject({
      hasSubscription: false,
      items: [{ source: { kind: 'default' } }, {}],
    });
    expect(after.denied.get('ai-tokens')).toBe('past_due');
    expect(after.denied.has('api-calls')).toBe(false);
  });

  test('takes the version of the default that was newest when the period began', async () => {
    await ann();
    await readBalance(scope, { customer: 'ann', unit: 'api-calls' });
    await spend(scope, {
      customer: 'ann',
      unit: 'api-calls',
      amount: 1,
      source: 'test',
      request: 1,
    });
    const free = {
      ...soldSpec.plans.free,
      features: { 'api-calls': { quota: 7 } },
    } as CatalogSpec['plans'][string];
    const edited = { ...soldSpec, plans: { ...soldSpec.plans, free } };
    process = openProcess(database, `plan-${tenants}`, { catalog: edited });
    await createSubscription(await process.at(later), { customer: 'ben', plan: 'pack' });

    expect((await plan('api-calls')).windows).toMatchObject([{ quota: 100, endsAt: march }]);
    expect((await plan('api-calls', march)).windows).toMatchObject([{ quota: 7 }]);
    expect((await plan('seats')).ceiling).toBe(1);
    expect(await plan('seats', march)).toMatchObject({ ceiling: 0 });
  });

  describe('and what is sold', () => {
    test('stays as it was sold when the catalogue changes', async () => {
      await ann();
      await createSubscription(scope, { customer: 'ann', plan: 'basic' });
      const basic = {
        ...soldSpec.plans.basic,
        features: { 'api-calls': { quota: 1 } },
      } as CatalogSpec['plans'][string];
      const edited = { ...soldSpec, plans: { ...soldSpec.plans, basic } };
      process = openProcess(database, `plan-${tenants}`, { catalog: edited });

      const next = await createSubscription(await process.at(later), {
        customer: 'ben',
        plan: 'basic',
      });
      const first = await createSubscription(await process.at(later), {
        customer: 'cleo',
        plan: 'basic',
        version: 1,
      });

      expect(next).toMatchObject({ version: 2, features: [{ quota: 1 }] });
      expect(first).toMatchObject({ version: 1, features: [{ quota: 1_000 }] });
      expect((await plan('api-calls')).windows).toMatchObject([{ quota: 1_000 }]);
    });

    test('names its source, newest first, the default last, and nothing that has ended', async () => {
      await ann();
      const pack = await createSubscription(scope, { customer: 'ann', plan: 'pack' });
      const seats = await createSubscription(scope, { customer: 'ann', plan: 'seats5' });
      const gone = await createSubscription(scope, { customer: 'ann', plan: 'endless' });
      await cancelSubscription(scope, { customer: 'ann', subscription: gone.id, at: 'now' });

      const { items, hasSubscription, hasValid } = await rights();

      expect(items.map((item) => [item.feature, item.source.subscription])).toEqual([
        ['seats', seats.id],
        ['api-calls', pack.id],
        ['api-calls', null],
        ['seats', null],
      ]);
      expect({ hasSubscription, hasValid }).toEqual({ hasSubscription: true, hasValid: true });
    });
  });
});
