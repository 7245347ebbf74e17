/**
 * Stating a member's part: up to the ceiling, down at any time.
 */
import { beforeAll, expect, test } from 'vitest';
import { openBooks } from '#test/books.ts';
import { describeMigrated, type MigratedDatabase } from '#test/kernel.ts';
import { findCustomer } from '../../customers/index.ts';
import { freezeCustomer, verify } from '../../ledger/index.ts';
import { cancelSubscription, createSubscription } from '../../subscriptions/index.ts';
import { setGauge } from './set-gauge.ts';

const now = '2026-01-10T00:00:00Z';
const acme = { customer: 'acme' };
const seats = { ...acme, feature: 'seats' };
let tenants = 0;

describeMigrated('setting a gauge', (make) => {
  let home: MigratedDatabase;
  beforeAll(async () => {
    home = await make();
  });
  const fresh = async () => {
    const books = openBooks(home.database, `gauge${++tenants}`);
    return { books, scope: await books.at(now) };
  };

  test('the same part again books nothing, and 0 frees it', async () => {
    const { scope } = await fresh();
    await createSubscription(scope, { ...acme, plan: 'pro' });

    const first = await setGauge(scope, { ...seats, usedBy: 'u1', amount: 2 });
    const again = await setGauge(scope, { ...seats, usedBy: 'u1', amount: 2 });
    const freed = await setGauge(scope, { ...seats, usedBy: 'u1', amount: 0 });

    expect(first).toMatchObject({ allowed: true, used: 2, granted: 3, available: 1, requested: 2 });
    expect(again).toMatchObject({ used: 2 });
    expect(again).not.toHaveProperty('transferId');
    expect(freed).toMatchObject({ used: 0, available: 3 });
    expect((await verify(scope)).broken).toEqual([]);
  });

  test('a part that would pass the ceiling is refused and told', async () => {
    const { books, scope } = await fresh();
    await createSubscription(scope, { ...acme, plan: 'pro' });
    await setGauge(scope, { ...seats, usedBy: 'u1', amount: 2 });
    books.news.length = 0;

    const refused = setGauge(scope, { ...seats, usedBy: 'u2', amount: 2 });

    await expect(refused).rejects.toMatchObject({
      code: 'quota_exceeded',
      decision: { requested: 2, used: 2, available: 1 },
    });
    expect(books.news.map(({ type }) => type)).toEqual(['quota.exceeded']);
  });

  test('what nothing carries any more can only go down', async () => {
    const { scope } = await fresh();
    await createSubscription(scope, { ...acme, plan: 'pro' });
    await setGauge(scope, { ...seats, usedBy: 'u1', amount: 1 });
    await setGauge(scope, { ...seats, usedBy: 'u2', amount: 2 });
    await cancelSubscription(scope, { ...acme, at: 'now' });

    const less = await setGauge(scope, { ...seats, usedBy: 'u2', amount: 1 });

    expect(less).toMatchObject({ used: 2 });
    for (const amount of [2, 9]) {
      const more = setGauge(scope, { ...seats, usedBy: 'u1', amount });
      await expect(more).rejects.toMatchObject({ code: 'feature_not_in_plan' });
    }
  });

  test('a frozen customer gives seats up but takes none', async () => {
    const { scope } = await fresh();
    await createSubscription(scope, { ...acme, plan: 'pro' });
    await setGauge(scope, { ...seats, usedBy: 'u1', amount: 2 });
    await freezeCustomer(scope, { ...acme, frozen: true });

    const less = await setGauge(scope, { ...seats, usedBy: 'u1', amount: 1 });
    const more = setGauge(scope, { ...seats, usedBy: 'u1', amount: 2 });

    expect(less).toMatchObject({ used: 1 });
    await expect(more).rejects.toMatchObject({ code: 'customer_frozen' });
  });

  test('a refusal makes no customer', async () => {
    const { scope } = await fresh();

    await expect(setGauge(scope, { ...seats, amount: 1 })).rejects.toMatchObject({
      code: 'feature_not_in_plan',
    });
    await expect(
      setGauge(scope, { ...acme, feature: 'track-time', amount: 1 }),
    ).rejects.toMatchObject({
      code: 'wrong_kind',
    });
    await expect(setGauge(scope, { ...acme, feature: 'nope', amount: 1 })).rejects.toMatchObject({
      code: 'feature_unknown',
    });
    expect(await findCustomer(scope, 'acme')).toBeNull();
  });
});
