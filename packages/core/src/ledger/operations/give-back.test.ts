/** Giving back: to the grants that paid, never more than was taken. */
import { expect, test } from 'vitest';
import { clean, describeBooks, fill, place, points, source, taken } from '#test/fresh-books.ts';
import {
  captureHold,
  credit,
  giveBack,
  listEntries,
  readBalance,
  spend,
  transfer,
  verify,
} from '../index.ts';

describeBooks('giving back', (fresh) => {
  test('a party gives back its own newest uses, of grants that still live', async () => {
    const { books, scope } = await fresh();
    const calls = { customer: 'ann', unit: 'api-calls' };
    const u1 = { kind: 'user', id: 'u1' };
    const u2 = { kind: 'user', id: 'u2' };
    await spend(scope, { ...calls, amount: 5, usedBy: u1, source, request: null });
    await spend(scope, { ...calls, amount: 3, usedBy: u2, source, request: null });

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
    expect(await verify(scope)).toEqual(clean);
  });

  test('what is given back of an earlier period expires at once', async () => {
    const { books, scope } = await fresh();
    const calls = { customer: 'ann', unit: 'api-calls' };
    const spent = await spend(scope, { ...calls, amount: 5, source, request: null });
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
    expect(await verify(february)).toEqual(clean);
  });

  test('in however many parts, no more comes back than was taken', async () => {
    const { scope } = await fresh();
    await fill(scope, 10);
    const of = await taken(scope, 'points', 9);
    const back = (amount?: number) => giveBack(scope, { ...points, of, amount, source });

    await back(4);
    await expect(back(6)).rejects.toMatchObject({ code: 'invalid_state' });
    await back();
    await expect(back()).rejects.toMatchObject({ code: 'invalid_state' });
    await expect(back(0)).rejects.toMatchObject({ code: 'invalid_amount' });

    expect(await readBalance(scope, points)).toMatchObject({ settled: 10 });
    expect(await verify(scope)).toEqual(clean);
  });

  test('units that nobody had paid for come back too, and lower what is owed', async () => {
    const { scope } = await fresh();
    const of = await taken(scope, 'credit', 30);

    await giveBack(scope, { customer: 'ann', unit: 'credit', of, amount: 10, source });

    const read = await readBalance(scope, { customer: 'ann', unit: 'credit' });
    expect(read).toMatchObject({ settled: -20, available: -20 });
    expect(read.grants.map((grant) => grant.remaining)).toEqual([0]);
    expect(await verify(scope)).toEqual(clean);
  });

  test('between two captures of a hold, each unit comes back once, to the grant that paid it', async () => {
    const { scope } = await fresh();
    await fill(scope, 5, { priority: -1 });
    await fill(scope, 5);
    const { id, answer } = await place(scope, 'points', 8);
    const of = answer.allowed ? answer.transferId : '';
    const left = async () =>
      (await readBalance(scope, points)).grants.map((grant) => grant.remaining);

    await captureHold(scope, { hold: id, amount: 5, final: false, source });
    await giveBack(scope, { ...points, of, amount: 2, source });
    const between = await left();
    await captureHold(scope, { hold: id, source });
    await giveBack(scope, { ...points, of, amount: 3, source });

    expect(between).toEqual([2, 2]);
    expect(await left()).toEqual([2, 5]);
    await giveBack(scope, { ...points, of, source });
    expect(await left()).toEqual([5, 5]);
    expect(await verify(scope)).toEqual(clean);
  });

  test('a spend of another customer, a transfer and a name of nothing are not found', async () => {
    const { scope } = await fresh();
    await fill(scope, 10);
    await credit(scope, { customer: 'bob', unit: 'points', amount: 1, source });
    const of = await taken(scope, 'points', 1);
    const sent = await transfer(scope, {
      from: 'ann',
      to: 'bob',
      unit: 'points',
      amount: 1,
      source,
    });

    for (const [customer, name] of [
      ['bob', of],
      ['ann', sent.transferId],
      ['ann', 'nothing'],
    ] as const) {
      const back = giveBack(scope, { customer, unit: 'points', of: name, source });
      await expect(back).rejects.toMatchObject({ code: 'not_found' });
    }
  });
});
