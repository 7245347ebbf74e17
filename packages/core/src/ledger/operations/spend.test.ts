/**
 * Spending, from one statement to split payments: what is taken, what is refused, and what is never written.
 */
import { beforeAll, expect, test } from 'vitest';
import { openBooks } from '../../../../../test/support/books.ts';
import { describeMigrated, type MigratedDatabase } from '../../../../../test/support/kernel.ts';
import { createSubscription } from '../../subscriptions/index.ts';
import { credit, giveBack, readBalance, type Spend, spend, verify } from '../index.ts';

const jan = '2026-01-10T00:00:00Z';
let tenants = 0;

function of(unit: string, amount: number, more: Partial<Spend> = {}): Spend {
  return { customer: 'ann', unit, amount, source: 'test', request: { unit, amount }, ...more };
}

describeMigrated('spending', (make) => {
  let home: MigratedDatabase;
  beforeAll(async () => {
    home = await make();
  });
  const fresh = () => openBooks(home.database, `t${++tenants}`);

  test('a spend takes from what was credited and says what is left', async () => {
    const books = fresh();
    const scope = await books.at(jan);
    await credit(scope, { customer: 'ann', unit: 'points', amount: 50, source: 'test' });

    const first = await spend(scope, of('points', 20));
    const second = await spend(scope, of('points', 30));
    const third = await spend(scope, of('points', 1));

    expect(first).toMatchObject({
      allowed: true,
      replayed: false,
      figures: { settled: 30, available: 30 },
    });
    expect(second).toMatchObject({ allowed: true, figures: { available: 0 } });
    expect(third).toMatchObject({
      allowed: false,
      reason: 'insufficient',
      figures: { available: 0 },
    });
    expect(await verify(scope)).toEqual({ ok: true, broken: [] });
  });

  test('the default plan feeds a customer nobody has seen, up to its quota, once', async () => {
    const books = fresh();
    const scope = await books.at(jan);

    const before = await readBalance(scope, { customer: 'ann', unit: 'api-calls' });
    const spent = await spend(scope, of('api-calls', 100));
    const refused = await spend(scope, of('api-calls', 1));

    expect(before).toMatchObject({ available: 100, exists: false });
    expect(spent).toMatchObject({ allowed: true, figures: { available: 0 } });
    expect(refused).toMatchObject({ allowed: false, reason: 'insufficient' });
    expect(books.news.map((one) => one.type)).toContain('quota.reached');
    expect(await verify(scope)).toEqual({ ok: true, broken: [] });
  });

  test('the next period brings the quota again, and skipped periods do not pile up', async () => {
    const books = fresh();
    await spend(await books.at(jan), of('api-calls', 100));

    const later = await books.at('2026-05-11T00:00:00Z');
    const read = await readBalance(later, { customer: 'ann', unit: 'api-calls' });
    const spent = await spend(later, of('api-calls', 60));

    expect(read.available).toBe(100);
    expect(spent).toMatchObject({ allowed: true, figures: { available: 40 } });
    expect(await verify(later)).toEqual({ ok: true, broken: [] });
  });

  test('the same key with the same request answers as it did first, another request is refused', async () => {
    const books = fresh();
    const scope = await books.at(jan);
    await credit(scope, { customer: 'ann', unit: 'points', amount: 50, source: 'test' });

    const first = await spend(scope, of('points', 20, { key: 'k' }));
    const again = await spend(scope, of('points', 20, { key: 'k' }));

    expect(again).toMatchObject({ allowed: true, replayed: true, figures: { available: 30 } });
    expect(first.allowed && again.allowed && again.transferId === first.transferId).toBe(true);
    await expect(spend(scope, of('points', 21, { key: 'k' }))).rejects.toMatchObject({
      code: 'idempotency_conflict',
    });
    expect(await readBalance(scope, { customer: 'ann', unit: 'points' })).toMatchObject({
      available: 30,
    });
  });

  test('a spend given back in full frees its key', async () => {
    const books = fresh();
    const scope = await books.at(jan);
    await credit(scope, { customer: 'ann', unit: 'points', amount: 50, source: 'test' });
    const first = await spend(scope, of('points', 20, { key: 'k' }));
    if (!first.allowed) throw new Error('refused');

    const back = await giveBack(scope, {
      customer: 'ann',
      unit: 'points',
      of: first.transferId,
      source: 'test',
    });
    const again = await spend(scope, of('points', 20, { key: 'k' }));

    expect(back.returned).toBe(20);
    expect(again).toMatchObject({ allowed: true, replayed: false, figures: { available: 30 } });
    expect(await verify(scope)).toEqual({ ok: true, broken: [] });
  });

  test('after the quota, credits pay the rest, and a give-back returns the credits first', async () => {
    const books = fresh();
    const scope = await books.at(jan);
    await createSubscription(scope, { customer: 'ann', plan: 'pro' });
    await credit(scope, { customer: 'ann', unit: 'points', amount: 20, source: 'test' });
    const credits = { unit: 'points', cost: 2 };

    const spent = await spend(scope, of('ai-tokens', 15, { credits, key: 'k' }));
    const again = await spend(scope, of('ai-tokens', 15, { credits, key: 'k' }));
    const tooMuch = await spend(scope, of('ai-tokens', 6, { credits }));
    if (!spent.allowed) throw new Error('refused');
    await giveBack(scope, {
      customer: 'ann',
      unit: 'ai-tokens',
      of: spent.transferId,
      amount: 7,
      source: 'test',
    });

    expect(again).toMatchObject({ allowed: true, replayed: true, transferId: spent.transferId });
    expect(tooMuch).toMatchObject({
      allowed: false,
      reason: 'insufficient',
      credits: { available: 10 },
    });
    expect(await readBalance(scope, { customer: 'ann', unit: 'points' })).toMatchObject({
      available: 20,
    });
    expect(await readBalance(scope, { customer: 'ann', unit: 'ai-tokens' })).toMatchObject({
      available: 2,
    });
    expect(await verify(scope)).toEqual({ ok: true, broken: [] });
  });

  test('an unlimited quota lets everything pass and leaves a top-up beside it whole', async () => {
    const books = fresh();
    const scope = await books.at(jan);
    await createSubscription(scope, { customer: 'ann', plan: 'pro' });
    await credit(scope, { customer: 'ann', unit: 'reports', amount: 7, source: 'test' });

    const spent = await spend(scope, of('reports', 1_000_000));
    const later = await books.at('2026-03-01T00:00:00Z');
    const read = await readBalance(later, { customer: 'ann', unit: 'reports' });
    await spend(later, of('reports', 5));

    expect(spent.allowed).toBe(true);
    expect(read.grants.find((grant) => grant.source === 'top_up')?.remaining).toBe(7);
    expect(await verify(later)).toEqual({ ok: true, broken: [] });
  });

  test('a soft quota goes on up to its cap, and the next period starts whole', async () => {
    const books = fresh();
    const scope = await books.at(jan);
    await createSubscription(scope, { customer: 'ann', plan: 'pro' });

    const within = await spend(scope, of('exports', 7));
    const refused = await spend(scope, of('exports', 2));
    const last = await spend(scope, of('exports', 1));
    const next = await readBalance(await books.at('2026-02-10T00:00:00Z'), {
      customer: 'ann',
      unit: 'exports',
    });

    expect(within.allowed).toBe(true);
    expect(refused.allowed).toBe(false);
    expect(last.allowed).toBe(true);
    expect(next.windows[0]).toMatchObject({ left: 5, used: 0 });
    expect(await verify(scope)).toEqual({ ok: true, broken: [] });
  });

  test('what is left rolls over once, up to its maximum', async () => {
    const books = fresh();
    const scope = await books.at(jan);
    await createSubscription(scope, { customer: 'ann', plan: 'pro' });
    await spend(scope, of('api-calls', 900));

    const february = await readBalance(await books.at('2026-02-10T00:00:00Z'), {
      customer: 'ann',
      unit: 'api-calls',
    });
    const spent = await spend(await books.at('2026-02-10T00:00:00Z'), of('api-calls', 50));
    const march = await readBalance(await books.at('2026-03-10T00:00:00Z'), {
      customer: 'ann',
      unit: 'api-calls',
    });

    expect(february.available).toBe(1100);
    expect(spent).toMatchObject({ figures: { available: 1050 } });
    expect(march.available).toBe(1300);
    expect(await verify(await books.at('2026-03-10T00:00:00Z'))).toEqual({ ok: true, broken: [] });
  });

  test('a threshold is announced once, when it is passed', async () => {
    const books = fresh();
    const scope = await books.at(jan);
    await createSubscription(scope, { customer: 'ann', plan: 'pro' });

    for (const amount of [790, 9, 1, 1, 198]) await spend(scope, of('api-calls', amount));
    await spend(scope, of('api-calls', 1));

    const told = books.news.filter((one) => one.type.startsWith('quota.'));
    expect(told.map((one) => [one.type, one.data.used])).toEqual([
      ['quota.threshold', 800],
      ['quota.reached', 1000],
    ]);
  });

  test.each([0, -1, 1.5, Number.NaN, 2 ** 53])(
    'an amount of %s is refused and nothing is written',
    async (amount) => {
      const books = fresh();
      const scope = await books.at(jan);

      await expect(spend(scope, of('points', amount))).rejects.toMatchObject({
        code: 'invalid_amount',
      });

      expect(await readBalance(scope, { customer: 'ann', unit: 'points' })).toMatchObject({
        exists: false,
      });
    },
  );
});
