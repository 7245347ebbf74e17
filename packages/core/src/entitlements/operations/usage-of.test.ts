/**
 * Who used how much: the parts sum to what was used.
 */
import { beforeAll, expect, test } from 'vitest';
import { openBooks } from '#test/books.ts';
import { describeMigrated, type MigratedDatabase } from '#test/kernel.ts';
import { findCustomer } from '../../customers/index.ts';
import { integer, type Scope, sql } from '../../kernel/index.ts';
import { verify } from '../../ledger/index.ts';
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

/** Up to which entries use was summed. */
function marks(scope: Scope): Promise<number[]> {
  return scope.many(
    sql`select sequence from bursar.usage_marks where tenant_id = ${scope.tenant.id}::int`,
    (row) => integer(row.sequence),
  );
}

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

  test('a long list of uses is summed once, and what follows or comes back is added', async () => {
    const { scope } = await fresh();
    await createSubscription(scope, { ...acme, plan: 'pro' });
    const reports = { ...acme, feature: 'reports' };
    const first = await consume(scope, { ...reports, amount: 5, usedBy: 'u0' });
    for (let use = 0; use < 1_020; use += 1)
      await consume(scope, { ...reports, usedBy: `u${use % 3}` });
    const parts = async () =>
      Object.fromEntries(
        (await usageOf(scope, reports)).items.map(({ usedBy, used }) => [usedBy.id, used]),
      );

    expect(await parts()).toEqual({ u0: 345, u1: 340, u2: 340 });
    const [summed = 0] = await marks(scope);
    expect(summed).toBeGreaterThan(1_020);
    await consume(scope, { ...reports, amount: 2, usedBy: 'u3' });
    await giveBackUse(scope, { ...acme, of: first.transferId, amount: 5 });

    expect(await parts()).toEqual({ u0: 340, u1: 340, u2: 340, u3: 2 });
    expect(await marks(scope)).toEqual([summed]);
    for (let use = 0; use < 1_000; use += 1) await consume(scope, { ...reports, usedBy: 'u3' });
    const atOnce = await Promise.all(Array.from({ length: 6 }, parts));
    expect(atOnce).toEqual(Array(6).fill({ u0: 340, u1: 340, u2: 340, u3: 1_002 }));
    expect((await marks(scope))[0]).toBeGreaterThan(summed + 1_000);
    expect((await verify(scope)).broken).toEqual([]);
    await scope.run(sql`update bursar.usage_totals set units = 1003
      where tenant_id = ${scope.tenant.id}::int and units = 1002`);
    expect((await verify(scope)).broken.map(({ rule }) => rule)).toEqual([
      'usage_totals_are_what_was_used',
    ]);
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
