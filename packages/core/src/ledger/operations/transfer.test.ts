/** Transfers between customers: both entries or none. */
import { expect, test } from 'vitest';
import { clean, describeBooks, fill, points, source } from '#test/fresh-books.ts';
import { credit, freezeCustomer, readBalance, setLimits, transfer, verify } from '../index.ts';

describeBooks('transferring', (fresh) => {
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
    expect(await verify(scope)).toEqual(clean);
  });

  test('what a receiver, a sender or a unit forbids leaves both balances as they were', async () => {
    const { scope } = await fresh();
    await fill(scope, 10);
    await credit(scope, { customer: 'bob', unit: 'points', amount: 1, source });
    await setLimits(scope, { customer: 'bob', unit: 'points', ceiling: 5 });
    const send = (from: string, to: string, unit: string, amount: number) =>
      transfer(scope, { from, to, unit, amount, source });

    await expect(send('ann', 'bob', 'points', 5)).rejects.toMatchObject({ code: 'limit_exceeded' });
    await expect(send('ann', 'bob', 'api-calls', 1)).rejects.toMatchObject({
      code: 'invalid_state',
    });
    await expect(send('ann', 'bob', 'points', 0)).rejects.toMatchObject({ code: 'invalid_amount' });
    await freezeCustomer(scope, { customer: 'ann', frozen: true });
    await expect(send('ann', 'bob', 'points', 1)).rejects.toMatchObject({
      code: 'customer_frozen',
    });
    await send('bob', 'ann', 'points', 1);

    expect(await readBalance(scope, points)).toMatchObject({ settled: 11 });
    expect(await verify(scope)).toEqual(clean);
  });

  test('a key holds one transfer: another request under it is refused', async () => {
    const { scope } = await fresh();
    await fill(scope, 10);
    await credit(scope, { customer: 'bob', unit: 'points', amount: 1, source });
    const send = (amount: number) =>
      transfer(scope, { from: 'ann', to: 'bob', unit: 'points', amount, key: 'k', source });
    await send(2);

    await expect(send(3)).rejects.toMatchObject({ code: 'idempotency_conflict' });
    expect(await readBalance(scope, points)).toMatchObject({ settled: 8 });
  });
});
