/** Undoing movements: to where it came from, never more than it was, and nothing that the other side no longer has. */
import { expect, test } from 'vitest';
import { clean, describeBooks, fill, points, source, take, taken } from '#test/fresh-books.ts';
import { ensureCustomer } from '../../customers/index.ts';
import type { Scope } from '../../kernel/index.ts';
import { credit, readBalance, reverse, transfer, verify } from '../index.ts';

const bob = { customer: 'bob', unit: 'points' } as const;

async function sent(scope: Scope, amount: number): Promise<string> {
  await ensureCustomer(scope, { customer: 'bob' });
  const moved = await transfer(scope, {
    ...{ from: 'ann', to: 'bob', unit: 'points' },
    amount,
    source,
  });
  return moved.transferId;
}

const left = async (scope: Scope, whose: { customer: string; unit: string }) =>
  (await readBalance(scope, whose)).available;

describeBooks('reversing', (fresh) => {
  test('a spend comes back to the grants that paid, in parts, and its key stays taken', async () => {
    const { scope } = await fresh();
    await fill(scope, 10, { expiresAt: new Date('2026-02-01T00:00:00Z') });
    await fill(scope, 50);
    const spent = await taken(scope, 'points', 30, { key: 'k' });

    const part = await reverse(scope, { transfer: spent, amount: 12 });
    const rest = await reverse(scope, { transfer: spent });
    await expect(reverse(scope, { transfer: spent })).rejects.toMatchObject({
      code: 'invalid_state',
    });
    const again = await take(scope, 'points', 30, { key: 'k' });

    expect([part.reversed, rest.reversed]).toEqual([12, 18]);
    expect(again).toMatchObject({ replayed: true });
    const { grants, available } = await readBalance(scope, points);
    expect(grants.map(({ remaining }) => remaining)).toEqual([10, 50]);
    expect(available).toBe(60);
    expect(await verify(scope)).toEqual(clean);
  });

  test('a transfer comes back, by either side’s name, to the grants it came from', async () => {
    const { scope } = await fresh();
    const soon = new Date('2026-02-01T00:00:00Z');
    await fill(scope, 10, { expiresAt: soon });
    await fill(scope, 50);
    const transferId = await sent(scope, 25);

    const part = await reverse(scope, { transfer: transferId, amount: 5, key: 'r1' });
    const same = await reverse(scope, { transfer: transferId, amount: 5, key: 'r1' });
    const other = reverse(scope, { transfer: transferId, amount: 6, key: 'r1' });

    expect(part).toMatchObject({ customer: 'ann', reversed: 5, replayed: false });
    expect(same).toMatchObject({ reversed: 5, replayed: true });
    await expect(other).rejects.toMatchObject({ code: 'idempotency_conflict' });
    expect([await left(scope, points), await left(scope, bob)]).toEqual([40, 20]);
    await reverse(scope, { transfer: transferId });
    const { grants } = await readBalance(scope, points);
    expect(grants.map(({ remaining, expiresAt }) => [remaining, expiresAt])).toEqual([
      [10, soon],
      [50, null],
    ]);
    expect(await left(scope, bob)).toBe(0);
    await expect(reverse(scope, { transfer: transferId, amount: 1 })).rejects.toMatchObject({
      code: 'invalid_state',
    });
    expect(await verify(scope)).toEqual(clean);
  });

  test('what came from a grant that is over meanwhile expires at once', async () => {
    const { scope, books } = await fresh();
    await fill(scope, 10, { expiresAt: new Date('2026-02-01T00:00:00Z') });
    await ensureCustomer(scope, { customer: 'bob' });
    await credit(scope, { ...bob, amount: 20, source });
    const transferId = await sent(scope, 10);
    const later = await books.at('2026-03-01T00:00:00Z');

    await reverse(later, { transfer: transferId });

    expect([await left(later, points), await left(later, bob)]).toEqual([0, 10]);
    expect(await verify(later)).toEqual(clean);
  });

  test('what the receiver has spent cannot be taken, and nothing is', async () => {
    const { scope } = await fresh();
    await fill(scope, 30);
    const transferId = await sent(scope, 20);
    await take(scope, 'points', 15, { customer: 'bob' });

    await expect(reverse(scope, { transfer: transferId, amount: 6 })).rejects.toMatchObject({
      code: 'insufficient_balance',
    });

    expect([await left(scope, points), await left(scope, bob)]).toEqual([10, 5]);
    expect(await verify(scope)).toEqual(clean);
  });

  test('a credit is taken back as far as nobody has spent it', async () => {
    const { scope } = await fresh();
    const { transferId } = await fill(scope, 30);
    await take(scope, 'points', 10);
    const name = transferId ?? '';

    const part = await reverse(scope, { transfer: name, amount: 15 });
    const more = reverse(scope, { transfer: name, amount: 6 });

    expect(part.reversed).toBe(15);
    await expect(more).rejects.toMatchObject({ code: 'insufficient_balance' });
    expect(await left(scope, points)).toBe(5);
    expect(await verify(scope)).toEqual(clean);
  });

  test('another customer’s movement is not there, and a hold cannot be reversed', async () => {
    const { scope } = await fresh();
    await fill(scope, 30);
    const spent = await taken(scope, 'points', 5);
    const held = await taken(scope, 'points', 5, {
      hold: { id: 'hld_r', expiresAt: new Date('2026-01-11T00:00:00Z') },
    });

    const asked = [
      reverse(scope, { transfer: spent, customer: 'bob' }),
      reverse(scope, { transfer: 'trf_1_99999' }),
      reverse(scope, { transfer: held }),
    ];

    const codes = (await Promise.allSettled(asked)).map((one) =>
      one.status === 'rejected' ? one.reason.code : one.value,
    );
    expect(codes).toEqual(['not_found', 'not_found', 'invalid_state']);
    expect(await left(scope, points)).toBe(20);
  });

  test('twins under one key, and ten at once without one, take no more than there was', async () => {
    const { scope } = await fresh();
    await fill(scope, 100);
    const transferId = await sent(scope, 40);

    const twins = await Promise.all(
      [1, 2, 3].map(() => reverse(scope, { transfer: transferId, amount: 10, key: 'twin' })),
    );
    const storm = await Promise.allSettled(
      Array.from({ length: 10 }, () => reverse(scope, { transfer: transferId, amount: 10 })),
    );

    expect(twins.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(storm.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect([await left(scope, points), await left(scope, bob)]).toEqual([100, 0]);
    expect(await verify(scope)).toEqual(clean);
  });
});
