/**
 * Who used how much: the parts sum to what was used.
 */
import { beforeAll, expect, test } from 'vitest';
import { openBooks } from '#test/books.ts';
import { describeMigrated, type MigratedDatabase } from '#test/kernel.ts';
import { findCustomer } from '../../customers/index.ts';
import { createSubscription } from '../../subscriptions/index.ts';
import {
  captureUse,
  checkFeature,
  consume,
  giveBackUse,
  holdFeature,
  setGauge,
  usageOf,
} from '../index.ts';

const acme = { customer: 'acme' };
const calls = { ...acme, feature: 'api-calls' };
let tenants = 0;

describeMigrated('usage', (make) => {
  let home: MigratedDatabase;
  beforeAll(async () => {
    home = await make();
  });
  const fresh = async () => {
    const books = openBooks(home.database, `usage${++tenants}`);
    return { books, scope: await books.at('2026-01-10T00:00:00Z') };
  };

  test('parts name who used, the customer itself where nobody is named, and sum to used', async () => {
    const { scope } = await fresh();
    await consume(scope, { ...calls, amount: 3 });
    await consume(scope, { ...calls, amount: 7, usedBy: 'u1' });
    await consume(scope, { ...calls, amount: 2, usedBy: { kind: 'job', id: 'nightly' } });
    const hold = { id: 'hld_1', expiresAt: new Date('2026-01-10T00:05:00Z') };
    await holdFeature(scope, { ...calls, amount: 9, usedBy: 'u1', hold });
    await captureUse(scope, { ...acme, hold: hold.id, amount: 4 });
    await giveBackUse(scope, { ...calls, usedBy: 'u1', amount: 1 });

    const { items, next } = await usageOf(scope, calls);

    expect(items).toEqual([
      { usedBy: { kind: 'customer', id: 'acme' }, used: 3 },
      { usedBy: { kind: 'user', id: 'u1' }, used: 10 },
      { usedBy: { kind: 'job', id: 'nightly' }, used: 2 },
    ]);
    expect(next).toBeNull();
    expect(await checkFeature(scope, calls)).toMatchObject({ used: 15 });
  });

  test('a new period starts empty, whatever comes back of the old one', async () => {
    const { books, scope } = await fresh();
    const { transferId: of } = await consume(scope, { ...calls, amount: 5, usedBy: 'u1' });
    const later = await books.at('2026-02-11T00:00:00Z');
    await consume(later, { ...calls, amount: 2, usedBy: 'u2' });

    await giveBackUse(later, { ...acme, of, amount: 5 });

    expect((await usageOf(later, calls)).items).toEqual([
      { usedBy: { kind: 'user', id: 'u2' }, used: 2 },
    ]);
    expect(await checkFeature(later, calls)).toMatchObject({ used: 2 });
  });

  test('a gauge is broken down by member, a page at a time', async () => {
    const { scope } = await fresh();
    await createSubscription(scope, { ...acme, plan: 'pro' });
    const seats = { ...acme, feature: 'seats' };
    for (const usedBy of ['u1', 'u2', 'u3']) await setGauge(scope, { ...seats, usedBy, amount: 1 });
    await setGauge(scope, { ...seats, usedBy: 'u2', amount: 0 });

    const first = await usageOf(scope, { ...seats, limit: 1 });
    const second = await usageOf(scope, { ...seats, limit: 1, cursor: first.next ?? '' });

    expect([first, second].flatMap(({ items }) => items.map(({ usedBy }) => usedBy.id))).toEqual([
      ...['u1', 'u3'],
    ]);
    expect(second.next).toBeNull();
  });

  test('what is not counted has no usage, a stranger none yet', async () => {
    const { scope } = await fresh();

    expect(await usageOf(scope, calls)).toEqual({ items: [], next: null });
    await expect(usageOf(scope, { ...acme, feature: 'track-time' })).rejects.toMatchObject({
      code: 'wrong_kind',
    });
    await expect(usageOf(scope, { ...acme, feature: 'nope' })).rejects.toMatchObject({
      code: 'feature_unknown',
    });
    await expect(usageOf(scope, { ...calls, cursor: 'nonsense' })).rejects.toMatchObject({
      code: 'cursor',
    });
    expect(await findCustomer(scope, 'acme')).toBeNull();
  });
});
