/** A feature more, one less, another quota: what is left, what is told, and that a refusal writes nothing. */
import { beforeAll, expect, test } from 'vitest';
import { describeMigrated } from '#test/kernel.ts';
import { openProcess, type Process } from '#test/subscriptions.ts';
import { listAudit } from '../../audit/index.ts';
import { findCustomer } from '../../customers/index.ts';
import { type Database, type Scope, sql } from '../../kernel/index.ts';
import { changeGauge, giveBack, readBalance, spend, verify } from '../../ledger/index.ts';
import { rightsAt } from '../index.ts';
import { cancelSubscription } from './cancel-subscription.ts';
import { addFeature, removeFeature, setQuota } from './change-features.ts';
import { createSubscription } from './create-subscription.ts';
import { resetUsage } from './reset-usage.ts';

const now = '2026-01-31T10:00:00.000Z';
const ann = { customer: 'ann' } as const;
const calls = { ...ann, unit: 'api-calls' } as const;

describeMigrated('changing what a subscription gives', (make) => {
  let database: Database;
  let tenants = 0;
  beforeAll(async () => {
    ({ database } = await make());
  });

  async function sold(plan = 'basic'): Promise<{ process: Process; scope: Scope; id: string }> {
    tenants += 1;
    const process = openProcess(database, `change-${tenants}`);
    const scope = await process.at(now);
    const { id } = await createSubscription(scope, { ...ann, plan });
    process.heard.length = 0;
    return { process, scope, id };
  }
  const take = (scope: Scope, amount: number, unit = 'api-calls') =>
    spend(scope, { ...ann, unit, amount, source: 'test', request: null });
  const left = async (scope: Scope, unit = 'api-calls') =>
    (await readBalance(scope, { ...ann, unit })).available;

  test('a larger quota brings the difference, a smaller one leaves what it allows less what was used', async () => {
    const { process, scope } = await sold();
    await take(scope, 300);

    const more = await setQuota(scope, { ...ann, feature: 'api-calls', quota: 1_500 });
    expect(await left(scope)).toBe(1_200);
    await setQuota(scope, { ...ann, feature: 'api-calls', quota: 400 });
    expect(await left(scope)).toBe(100);
    await setQuota(scope, { ...ann, feature: 'api-calls', quota: 200 });

    expect(more.features).toEqual([{ feature: 'api-calls', kind: 'metered', quota: 1_500 }]);
    expect(await readBalance(scope, calls)).toMatchObject({
      available: 0,
      windows: [{ granted: 200, used: 300, overage: 100 }],
    });
    expect((await take(scope, 1)).allowed).toBe(false);
    expect(process.types()).toEqual([
      ...['subscription.updated', 'subscription.updated', 'quota.reached', 'subscription.updated'],
    ]);
    expect((await verify(scope)).broken).toEqual([]);
  });

  test('another period begins with the quota as it is then, and unlimited has no end', async () => {
    const { process, scope } = await sold();
    await setQuota(scope, { ...ann, feature: 'api-calls', quota: 40 });
    const next = await process.at('2026-03-01T00:00:00Z');

    expect(await left(next)).toBe(40);
    await setQuota(next, { ...ann, feature: 'api-calls', quota: 'unlimited' });

    expect((await take(next, 1_000_000)).allowed).toBe(true);
    expect((await verify(next)).broken).toEqual([]);
  });

  test('a feature that is added gives at once, and gives nothing once it is taken off', async () => {
    const { process, scope } = await sold();

    await addFeature(scope, { ...ann, feature: { code: 'ai-tokens', quota: 10 } });
    await addFeature(scope, { ...ann, feature: 'track-time' });
    await take(scope, 4, 'ai-tokens');
    expect(await left(scope, 'ai-tokens')).toBe(6);
    const removed = await removeFeature(scope, { ...ann, feature: 'ai-tokens' });

    expect(await left(scope, 'ai-tokens')).toBe(0);
    expect(removed.features.map(({ feature }) => feature)).toEqual(['api-calls', 'track-time']);
    const { items } = await rightsAt(scope, await findCustomer(scope, 'ann'), scope.now);
    expect(items.map(({ feature }) => feature)).toContain('track-time');
    await addFeature(scope, { ...ann, feature: { code: 'ai-tokens', quota: 10 } });
    expect(await left(scope, 'ai-tokens')).toBe(6);
    expect(process.types()).toEqual(Array(4).fill('subscription.updated'));
    expect((await verify(scope)).broken).toEqual([]);
  });

  test('a gauge over its new ceiling stays and can only go down', async () => {
    const { scope } = await sold('pro');

    await setQuota(scope, { ...ann, feature: 'seats', quota: 0 });

    expect(await readBalance(scope, { ...ann, unit: 'seats' })).toMatchObject({ ceiling: 0 });
  });

  test('with a reason it is kept in the audit, once under its key', async () => {
    const { scope, id } = await sold();
    const input = { ...ann, feature: 'api-calls', quota: 5, reason: 'ticket 7' };

    for (let time = 0; time < 2; time += 1)
      await setQuota(scope, { ...input, idempotencyKey: 'k1' });

    const { items } = await listAudit(scope, {});
    expect(items).toMatchObject([
      {
        operation: 'subscriptions.setQuota',
        reason: 'ticket 7',
        subject: { type: 'subscription', id },
        facts: { feature: 'api-calls', quota: 5 },
      },
    ]);
    await expect(
      setQuota(scope, { ...input, quota: 6, idempotencyKey: 'k1' }),
    ).rejects.toMatchObject({ code: 'idempotency_conflict' });
  });

  test.each<[string, (scope: Scope) => Promise<unknown>, string]>([
    [
      'a quota of a boolean feature',
      (scope) => setQuota(scope, { ...ann, feature: 'track-time', quota: 1 }),
      'wrong_kind',
    ],
    [
      'a quota of what is not sold',
      (scope) => setQuota(scope, { ...ann, feature: 'exports', quota: 1 }),
      'not_found',
    ],
    [
      'a quota that is no number',
      (scope) => setQuota(scope, { ...ann, feature: 'api-calls', quota: 1.5 }),
      'validation',
    ],
    [
      'a feature nobody knows',
      (scope) => addFeature(scope, { ...ann, feature: 'mind-reading' }),
      'feature_unknown',
    ],
    [
      'a feature that is there',
      (scope) => addFeature(scope, { ...ann, feature: 'api-calls' }),
      'invalid_state',
    ],
    [
      'terms nobody knows',
      (scope) => addFeature(scope, { ...ann, feature: { code: 'seats', qouta: 1 } as never }),
      'validation',
    ],
    [
      'taking off what is not there',
      (scope) => removeFeature(scope, { ...ann, feature: 'exports' }),
      'not_found',
    ],
    [
      'another customer’s subscription',
      async (scope) => {
        const { id } = await createSubscription(scope, { customer: 'bob', plan: 'basic' });
        return setQuota(scope, { ...ann, subscription: id, feature: 'api-calls', quota: 1 });
      },
      'not_found',
    ],
    [
      'a stranger',
      (scope) => setQuota(scope, { customer: 'eve', feature: 'api-calls', quota: 1 }),
      'not_found',
    ],
  ])('refuses %s and changes nothing', async (_what, act, code) => {
    const { process, scope } = await sold('pro');
    const before = await readBalance(scope, calls);

    await expect(act(scope)).rejects.toMatchObject({ code });

    expect(await readBalance(scope, calls)).toEqual(before);
    expect(process.types()).not.toContain('subscription.updated');
  });

  test('once it has ended nothing of it can be changed', async () => {
    const { process, id } = await sold();
    const later = await process.at('2026-02-10T00:00:00Z');
    await cancelSubscription(later, { ...ann, at: 'now' });

    await expect(
      setQuota(later, { ...ann, subscription: id, feature: 'api-calls', quota: 9 }),
    ).rejects.toMatchObject({ code: 'invalid_state' });
  });

  test('a reset lets what was used count for nothing, in this period and this feature alone', async () => {
    const { process, scope, id } = await sold();
    await take(scope, 900);
    process.heard.length = 0;

    await resetUsage(scope, { ...ann, feature: 'api-calls', reason: 'an outage' });
    expect(await readBalance(scope, calls)).toMatchObject({
      available: 1_000,
      windows: [{ used: 0, granted: 1_000 }],
    });
    await resetUsage(scope, { ...ann, feature: 'api-calls' });
    expect((await take(scope, 1_000)).allowed).toBe(true);
    expect((await take(scope, 1)).allowed).toBe(false);
    const next = await process.at('2026-03-01T00:00:00Z');

    expect(await left(next)).toBe(1_000);
    expect(process.types()).toEqual(['quota.reset', 'quota.reached']);
    expect(process.heard.find(({ type }) => type === 'quota.reset')?.data).toEqual({
      ...{ feature: 'api-calls', used: 900, quota: 1_000 },
    });
    expect((await listAudit(scope, {})).items).toMatchObject([
      { operation: 'subscriptions.reset', subject: { id }, reason: 'an outage' },
    ]);
    expect((await verify(next)).broken).toEqual([]);
    await expect(resetUsage(scope, { ...ann, feature: 'seats' })).rejects.toMatchObject({
      code: 'wrong_kind',
    });
    await expect(resetUsage(scope, { ...ann, feature: 'ai-tokens' })).rejects.toMatchObject({
      ...{ code: 'invalid_state' },
    });
  });

  test('what is given back after a reset makes no more than the quota', async () => {
    const { scope } = await sold();
    const spent = await take(scope, 900);
    await resetUsage(scope, { ...ann, feature: 'api-calls' });

    await giveBack(scope, {
      ...{ ...ann, unit: 'api-calls', of: spent.allowed ? spent.transferId : '', source: 'test' },
    });

    expect(await left(scope)).toBe(1_000);
    expect((await verify(scope)).broken).toEqual([]);
  });

  test('a level above a lowered ceiling is kept and told, or the ceiling stays, as was sold', async () => {
    const { process, scope } = await sold('seats5');
    const usedBy = { kind: 'user', id: 'ann' };
    await changeGauge(scope, { ...ann, unit: 'seats', usedBy, amount: 4, source: 'test' });
    process.heard.length = 0;

    await setQuota(scope, { ...ann, feature: 'seats', quota: 2 });
    expect(process.types()).toEqual(['subscription.updated', 'quota.over_limit']);
    // One of the default plan is among them.
    expect(process.heard.find(({ type }) => type === 'quota.over_limit')?.data).toEqual({
      ...{ feature: 'seats', used: 4, quota: 3 },
    });
    await setQuota(scope, { ...ann, feature: 'seats', quota: 9 });
    await scope.run(
      sql`update bursar.subscription_items set options = '{"overLimit":"block"}' where kind = 'gauge' and tenant_id = ${scope.tenant.id}::int`,
    );
    const refused = { code: 'limit_exceeded', details: { used: 4, quota: 1 } };
    await expect(setQuota(scope, { ...ann, feature: 'seats', quota: 0 })).rejects.toMatchObject(
      refused,
    );
    await expect(removeFeature(scope, { ...ann, feature: 'seats' })).rejects.toMatchObject(refused);
  });
});
