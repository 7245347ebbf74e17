/**
 * Taking uses: what a call books, what it tells, and what a refusal leaves alone.
 */
import { beforeAll, expect, test } from 'vitest';
import { openBooks } from '#test/books.ts';
import { describeMigrated, type MigratedDatabase, openTestScope } from '#test/kernel.ts';
import { defineCatalog } from '../../catalog/index.ts';
import { findCustomer } from '../../customers/index.ts';
import { credit, readBalance, verify } from '../../ledger/index.ts';
import { createSubscription, planOf } from '../../subscriptions/index.ts';
import { consume, tryConsume } from './consume.ts';

const now = '2026-01-10T00:00:00Z';
const ann = { customer: 'ann' };
const calls = { ...ann, feature: 'api-calls' };
let tenants = 0;

describeMigrated('consuming', (make) => {
  let home: MigratedDatabase;
  beforeAll(async () => {
    home = await make();
  });
  const fresh = async () => {
    const books = openBooks(home.database, `consume${++tenants}`);
    return { books, scope: await books.at(now) };
  };

  test('the first use makes the customer, of the kind that asks', async () => {
    const { scope } = await fresh();

    const spent = await consume(scope, { ...calls, kind: 'team', amount: 3 });

    expect(spent).toMatchObject({ allowed: true, requested: 3, used: 3, available: 97 });
    expect(spent.transferId).toMatch(/^trf_\d+_\d+$/);
    expect(await findCustomer(scope, 'ann')).toMatchObject({ kind: 'team' });
  });

  test('a use that quota does not reach takes nothing and is told once', async () => {
    const { books, scope } = await fresh();
    await consume(scope, { ...calls, amount: 98 });
    books.news.length = 0;

    const refused = await tryConsume(scope, { ...calls, amount: 3 });

    expect(refused).toMatchObject({ reason: 'quota_exceeded', requested: 3, available: 2 });
    expect(books.news.map(({ type, customer, data }) => ({ type, customer, data }))).toEqual([
      {
        ...{ type: 'quota.exceeded', customer: 'ann' },
        data: { feature: 'api-calls', requested: 3, available: 2, attempts: 1 },
      },
    ]);
    expect(await readBalance(scope, { ...ann, unit: 'api-calls' })).toMatchObject({ available: 2 });
  });

  test('the same key takes once, and another request under it is a conflict', async () => {
    const { scope } = await fresh();
    const use = { ...calls, amount: 5, idempotencyKey: 'job-7' };
    const first = await consume(scope, use);
    await consume(scope, { ...calls, amount: 10 });

    const again = await consume(scope, use);

    expect(again).toMatchObject({ transferId: first.transferId, replayed: true });
    await expect(consume(scope, { ...use, amount: 6 })).rejects.toMatchObject({
      code: 'idempotency_conflict',
    });
    expect(await readBalance(scope, { ...ann, unit: 'api-calls' })).toMatchObject({
      available: 85,
    });
  });

  test('quota pays as far as it goes, credits the rest, whole or not at all', async () => {
    const { scope } = await fresh();
    await createSubscription(scope, { ...ann, plan: 'pro' });
    await credit(scope, { ...ann, unit: 'points', amount: 9, source: 'test' });
    const tokens = { ...ann, feature: 'ai-tokens' };

    const spent = await consume(scope, { ...tokens, amount: 12 });
    const refused = await tryConsume(scope, { ...tokens, amount: 3 });

    expect(spent).toMatchObject({ used: 10, available: 0 });
    expect(refused).toMatchObject({ reason: 'insufficient_balance' });
    expect(await readBalance(scope, { ...ann, unit: 'points' })).toMatchObject({ available: 5 });
    expect((await verify(scope)).broken).toEqual([]);
  });

  test('what may pay can be narrowed to quota or to credits', async () => {
    const { scope } = await fresh();
    await createSubscription(scope, { ...ann, plan: 'pro' });
    await credit(scope, { ...ann, unit: 'points', amount: 100, source: 'test' });
    const tokens = { ...ann, feature: 'ai-tokens' };

    const quotaOnly = await tryConsume(scope, { ...tokens, amount: 11, from: 'quota' });
    await consume(scope, { ...tokens, amount: 4, from: 'credits' });

    expect(quotaOnly).toMatchObject({ reason: 'quota_exceeded' });
    expect(await readBalance(scope, { ...ann, unit: 'points' })).toMatchObject({ available: 92 });
    expect(await readBalance(scope, { ...ann, unit: 'ai-tokens' })).toMatchObject({
      available: 10,
    });
  });

  test('a replay of a use that credits paid books nothing more', async () => {
    const { scope } = await fresh();
    await credit(scope, { ...ann, unit: 'points', amount: 100, source: 'test' });
    const use = { ...ann, feature: 'ai-tokens', amount: 10, idempotencyKey: 'once' };
    const first = await consume(scope, use);

    const again = await consume(scope, use);

    expect(again).toMatchObject({ transferId: first.transferId, replayed: true });
    expect(await readBalance(scope, { ...ann, unit: 'points' })).toMatchObject({ available: 80 });
  });

  test('what was sold says what credits cost, whatever the catalogue says by now', async () => {
    const tenant = `sold${++tenants}`;
    const open = (credits: { unit: 'points'; cost: number } | undefined) =>
      openTestScope(home.database, {
        ...{ tenant, now: new Date(now) },
        ports: { catalog: catalogWith(credits).spec, planOf },
      });
    const before = await open({ unit: 'points', cost: 3 });
    await createSubscription(before, { ...ann, plan: 'pro' });
    await credit(before, { ...ann, unit: 'points', amount: 10, source: 'test' });

    await consume(await open(undefined), { ...ann, feature: 'tokens', amount: 2 });

    expect(await readBalance(before, { ...ann, unit: 'points' })).toMatchObject({ available: 7 });
  });

  test('a feature that no plan carries is refused before anybody is made', async () => {
    const { scope } = await fresh();

    const boolean = await tryConsume(scope, { ...ann, feature: 'track-time' });
    const gauge = await tryConsume(scope, { ...ann, feature: 'seats' });

    expect([boolean.reason, gauge.reason]).toEqual(['wrong_kind', 'feature_not_in_plan']);
    expect(await findCustomer(scope, 'ann')).toBeNull();
  });

  test.each([0, -1, 1.5, Number.NaN, 2 ** 53])('an amount of %s is refused', async (amount) => {
    const { scope } = await fresh();
    await createSubscription(scope, { ...ann, plan: 'pro' });

    for (const feature of ['api-calls', 'seats']) {
      const asked = tryConsume(scope, { ...ann, feature, amount });
      await expect(asked).rejects.toMatchObject({ code: 'invalid_amount' });
    }
  });

  test('a gauge is taken member by member up to its ceiling, and a key takes once', async () => {
    const { books, scope } = await fresh();
    await createSubscription(scope, { ...ann, plan: 'pro' });
    const seat = { ...ann, feature: 'seats' };

    await consume(scope, { ...seat, usedBy: 'u1', idempotencyKey: 'u1' });
    const again = await consume(scope, { ...seat, usedBy: 'u1', idempotencyKey: 'u1' });
    await consume(scope, { ...seat, usedBy: 'u2', amount: 2 });
    books.news.length = 0;
    const full = await tryConsume(scope, { ...seat, usedBy: 'u3' });

    expect(again).toMatchObject({ replayed: true, used: 1 });
    expect(full).toMatchObject({ reason: 'quota_exceeded', used: 3, granted: 3, available: 0 });
    expect(books.news.map(({ type }) => type)).toEqual(['quota.exceeded']);
  });
});

/** A plan with one token, whose further ones have a price of the plan's own or none. */
function catalogWith(credits: { unit: 'points'; cost: number } | undefined) {
  return defineCatalog({
    units: { points: {} },
    features: { tokens: { kind: 'metered' } },
    plans: {
      pro: { period: 'P1M', features: { tokens: { quota: 1, ...(credits && { credits }) } } },
    },
  });
}
