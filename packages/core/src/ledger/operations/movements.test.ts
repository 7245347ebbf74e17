/**
 * Credits, transfers, limits, voids, gauges and give-backs: what each moves, and what each refuses without a trace.
 */
import { beforeAll, expect, test } from 'vitest';
import { openBooks } from '#test/books.ts';
import { describeMigrated, type MigratedDatabase } from '#test/kernel.ts';
import { createSubscription } from '../../subscriptions/index.ts';
import {
  changeGauge,
  credit,
  giveBack,
  listEntries,
  readBalance,
  setLimits,
  spend,
  transfer,
  verify,
  voidGrant,
} from '../index.ts';

const noon = '2026-01-10T12:00:00Z';
const source = 'test';
const points = { customer: 'ann', unit: 'points' };
const request = null;
let tenants = 0;

describeMigrated('movements', (make) => {
  let home: MigratedDatabase;
  beforeAll(async () => {
    home = await make();
  });
  const fresh = async () => {
    const books = openBooks(home.database, `moves${++tenants}`);
    return { books, scope: await books.at(noon) };
  };

  test('a credit above the ceiling is refused and writes nothing, exactly up to it passes', async () => {
    const { scope } = await fresh();
    await setLimits(scope, { ...points, ceiling: 100 });
    await credit(scope, { ...points, amount: 60, source });

    await expect(credit(scope, { ...points, amount: 41, source })).rejects.toMatchObject({
      code: 'limit_exceeded',
    });
    await credit(scope, { ...points, amount: 40, source });

    expect((await listEntries(scope, points)).items.map((line) => line.amount)).toEqual([40, 60]);
  });

  test('the same credit under one key is booked once', async () => {
    const { scope } = await fresh();
    const first = await credit(scope, { ...points, amount: 5, key: 'k', source });
    const again = await credit(scope, { ...points, amount: 5, key: 'k', source });

    expect([first.replayed, again.replayed, again.transferId]).toEqual([
      false,
      true,
      first.transferId,
    ]);
    await expect(credit(scope, { ...points, amount: 6, key: 'k', source })).rejects.toMatchObject({
      code: 'idempotency_conflict',
    });
    expect(await readBalance(scope, points)).toMatchObject({ settled: 5 });
  });

  test('a grant that waits is made once under its key', async () => {
    const { books, scope } = await fresh();
    const effectiveAt = new Date('2026-01-10T13:00:00Z');
    const ask = { ...points, amount: 7, effectiveAt, waits: true, key: 'k', source };

    const first = await credit(scope, ask);
    const again = await credit(scope, ask);

    expect([first.replayed, again.replayed]).toEqual([false, true]);
    const later = await books.at('2026-01-10T13:00:00Z');
    expect(await readBalance(later, points)).toMatchObject({ settled: 7 });
    expect(await verify(scope)).toEqual({ ok: true, broken: [] });
  });

  test('a credit that would be over before it began is refused', async () => {
    const { scope } = await fresh();

    const over = credit(scope, { ...points, amount: 7, expiresAt: scope.now, source });

    await expect(over).rejects.toMatchObject({ code: 'validation' });
    expect((await listEntries(scope, points)).items).toEqual([]);
  });

  test('a give-back under a key happens once, whichever balances it returns to, and answers as it did', async () => {
    const { scope } = await fresh();
    await createSubscription(scope, { customer: 'ann', plan: 'pro' });
    await credit(scope, { ...points, amount: 100, source });
    const tokens = { customer: 'ann', unit: 'ai-tokens' };
    const credits = { unit: 'points', cost: 2 };
    const spent = await spend(scope, { ...tokens, amount: 15, credits, source, request });
    if (!spent.allowed) throw new Error('refused');
    const part = { ...tokens, of: spent.transferId, amount: 2, key: 'part', source };
    const all = { ...tokens, of: spent.transferId, key: 'all', source };

    const first = [await giveBack(scope, part), await giveBack(scope, all)];
    const again = [await giveBack(scope, part), await giveBack(scope, all)];

    expect(first.map(({ returned, replayed }) => [returned, replayed])).toEqual([
      [2, false],
      [13, false],
    ]);
    expect(again.map(({ returned, replayed }) => [returned, replayed])).toEqual([
      [2, true],
      [13, true],
    ]);
    expect(await readBalance(scope, points)).toMatchObject({ settled: 100 });
    expect(await verify(scope)).toEqual({ ok: true, broken: [] });
  });

  test('a grant that waits counts from its start, and one that expires goes at the instant', async () => {
    const { books, scope } = await fresh();
    const start = new Date('2026-01-10T13:00:00Z');
    const end = new Date('2026-01-10T14:00:00Z');
    await credit(scope, { ...points, amount: 7, effectiveAt: start, waits: true, source });
    await credit(scope, { ...points, amount: 5, expiresAt: end, source });

    const seen = [];
    for (const at of [
      '2026-01-10T12:59:59.999Z',
      '2026-01-10T13:00:00Z',
      '2026-01-10T13:59:59.999Z',
      '2026-01-10T14:00:00Z',
    ]) {
      seen.push((await readBalance(await books.at(at), points)).available);
    }
    const later = await books.at('2026-01-10T15:00:00Z');
    await spend(later, { ...points, amount: 1, source, request });

    expect(seen).toEqual([5, 12, 12, 7]);
    const lines = (await listEntries(later, points)).items;
    expect(lines.map((line) => [line.kind, line.amount, line.at.toISOString()])).toEqual([
      ['debit', -1, '2026-01-10T15:00:00.000Z'],
      ['expiry', -5, '2026-01-10T14:00:00.000Z'],
      ['credit', 7, '2026-01-10T13:00:00.000Z'],
      ['credit', 5, '2026-01-10T12:00:00.000Z'],
    ]);
    expect(await verify(later)).toEqual({ ok: true, broken: [] });
  });

  test('a negative floor lets a balance be overdrawn, and a later credit fills the gap first', async () => {
    const { scope } = await fresh();
    const unit = { customer: 'ann', unit: 'credit' };

    const spent = await spend(scope, { ...unit, amount: 50, source, request });
    const refused = await spend(scope, { ...unit, amount: 1, source, request });
    await credit(scope, { ...unit, amount: 60, source });
    const read = await readBalance(scope, unit);

    expect([spent.allowed, refused.allowed]).toEqual([true, false]);
    expect(read).toMatchObject({ settled: 10, available: 10 });
    expect(read.grants.map((grant) => grant.remaining)).toEqual([10]);
    expect(await verify(scope)).toEqual({ ok: true, broken: [] });
  });

  test('a transfer takes the expiries along, and is refused to oneself, to nobody and beyond what there is', async () => {
    const { scope } = await fresh();
    const end = new Date('2026-02-01T00:00:00Z');
    await credit(scope, { ...points, amount: 10, expiresAt: end, source });
    await credit(scope, { ...points, amount: 10, source });
    await credit(scope, { customer: 'bob', unit: 'points', amount: 1, source });
    const send = (to: string, amount: number) =>
      transfer(scope, { from: 'ann', to, unit: 'points', amount, key: `${to}${amount}`, source });

    await send('bob', 12);
    const again = await send('bob', 12);

    expect(again.replayed).toBe(true);
    const bob = await readBalance(scope, { customer: 'bob', unit: 'points' });
    expect(bob.grants.map((grant) => [grant.remaining, grant.expiresAt])).toEqual([
      [10, end],
      [1, null],
      [2, null],
    ]);
    await expect(send('bob', 9)).rejects.toMatchObject({ code: 'insufficient_balance' });
    await expect(send('ann', 1)).rejects.toMatchObject({ code: 'invalid_state' });
    await expect(send('nobody', 1)).rejects.toMatchObject({ code: 'customer_unknown' });
    expect(await verify(scope)).toEqual({ ok: true, broken: [] });
  });

  test('a voided grant takes its remainder, and only once', async () => {
    const { scope } = await fresh();
    const made = await credit(scope, { ...points, amount: 10, source });
    await spend(scope, { ...points, amount: 4, source, request });

    await voidGrant(scope, { grant: made.grant ?? '' });

    expect(await readBalance(scope, points)).toMatchObject({ settled: 0, available: 0 });
    await expect(voidGrant(scope, { grant: made.grant ?? '' })).rejects.toMatchObject({
      code: 'invalid_state',
    });
    await expect(voidGrant(scope, { grant: 'grt_999999' })).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await verify(scope)).toEqual({ ok: true, broken: [] });
  });

  test('a gauge counts its members, up to its ceiling and not below nothing', async () => {
    const { scope } = await fresh();
    await createSubscription(scope, { customer: 'ann', plan: 'pro' });
    const seat = (id: string, change: { amount?: number; delta?: number }) =>
      changeGauge(scope, {
        customer: 'ann',
        unit: 'seats',
        usedBy: { kind: 'user', id },
        source,
        ...change,
      });

    await seat('u1', { amount: 1 });
    const same = await seat('u1', { amount: 1 });
    await seat('u2', { delta: 2 });
    const full = await seat('u3', { delta: 1 });
    await expect(seat('u1', { delta: -2 })).rejects.toMatchObject({ code: 'invalid_state' });
    const freed = await seat('u2', { amount: 0 });

    expect(same).toMatchObject({ allowed: true, transferId: null });
    expect(full).toMatchObject({ allowed: false, reason: 'insufficient', figures: { settled: 3 } });
    expect(freed).toMatchObject({ allowed: true, figures: { settled: 1 } });
    expect(await verify(scope)).toEqual({ ok: true, broken: [] });
  });

  test('a party gives back its own newest uses, of grants that still live', async () => {
    const { books, scope } = await fresh();
    const calls = { customer: 'ann', unit: 'api-calls' };
    const u1 = { kind: 'user', id: 'u1' };
    const u2 = { kind: 'user', id: 'u2' };
    await spend(scope, { ...calls, amount: 5, usedBy: u1, source, request });
    await spend(scope, { ...calls, amount: 3, usedBy: u2, source, request });

    const back = await giveBack(scope, { ...calls, amount: 4, usedBy: u1, source });
    await expect(
      giveBack(scope, { ...calls, amount: 2, usedBy: u1, source }),
    ).rejects.toMatchObject({ code: 'invalid_state' });
    const february = await books.at('2026-02-20T00:00:00Z');
    await expect(
      giveBack(february, { ...calls, amount: 1, usedBy: u2, source }),
    ).rejects.toMatchObject({ code: 'invalid_state' });

    expect(back.returned).toBe(4);
    expect((await readBalance(scope, calls)).available).toBe(96);
    expect(await verify(scope)).toEqual({ ok: true, broken: [] });
  });

  test('what is given back of an earlier period expires at once', async () => {
    const { books, scope } = await fresh();
    const calls = { customer: 'ann', unit: 'api-calls' };
    const spent = await spend(scope, { ...calls, amount: 5, source, request });
    if (!spent.allowed) throw new Error('refused');
    const february = await books.at('2026-02-20T00:00:00Z');

    await giveBack(february, { ...calls, of: spent.transferId, source });

    expect((await readBalance(february, calls)).available).toBe(100);
    const [last, before] = (await listEntries(february, calls)).items;
    expect([before?.kind, before?.amount, last?.kind, last?.amount]).toEqual([
      'give_back',
      5,
      'expiry',
      -5,
    ]);
    await expect(
      giveBack(february, { ...calls, of: spent.transferId, source }),
    ).rejects.toMatchObject({ code: 'invalid_state' });
    await expect(giveBack(february, { ...calls, of: 'trf_1_1', source })).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await verify(february)).toEqual({ ok: true, broken: [] });
  });

  test('a statement pages by its own cursor and refuses any other', async () => {
    const { scope } = await fresh();
    for (let index = 1; index <= 5; index += 1)
      await credit(scope, { ...points, amount: index, source });

    const one = await listEntries(scope, { ...points, limit: 2 });
    const two = await listEntries(scope, { ...points, limit: 2, cursor: one.next ?? '' });

    expect([...one.items, ...two.items].map((line) => line.amount)).toEqual([5, 4, 3, 2]);
    await expect(listEntries(scope, { ...points, cursor: 'x' })).rejects.toMatchObject({
      code: 'cursor',
    });
    await expect(
      listEntries(scope, { ...points, unit: 'EUR', cursor: one.next ?? '' }),
    ).rejects.toMatchObject({ code: 'cursor' });
  });
});
