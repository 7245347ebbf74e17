/** A frozen balance: nothing new goes out of it, everything else goes on, and its neighbours are not touched. */
import { expect, test } from 'vitest';
import { clean, describeBooks, fill, place, points, take } from '#test/fresh-books.ts';
import { ensureCustomer } from '../../customers/index.ts';
import {
  captureHold,
  freezeBalance,
  freezeCustomer,
  readBalance,
  releaseHold,
  transfer,
  verify,
} from '../index.ts';

const refused = { allowed: false, reason: 'customer_frozen' };

describeBooks('a frozen balance', (fresh) => {
  test('refuses spends, holds and transfers, and lets captures, releases and credits go on', async () => {
    const { scope, other } = await fresh();
    await fill(scope, 100);
    await fill(scope, 100, { unit: 'EUR' });
    await ensureCustomer(scope, { customer: 'bob' });
    const [kept, freed] = [await place(scope, 'points', 10), await place(scope, 'points', 5)];

    await freezeBalance(scope, { ...points, frozen: true });
    const elsewhere = await other.at(scope.now);

    expect(await take(elsewhere, 'points', 1)).toMatchObject(refused);
    expect((await place(elsewhere, 'points', 1)).answer).toMatchObject(refused);
    await expect(
      transfer(scope, { from: 'ann', to: 'bob', unit: 'points', amount: 1, source: 'test' }),
    ).rejects.toMatchObject({ code: 'customer_frozen' });
    expect(await take(elsewhere, 'EUR', 1)).toMatchObject({ allowed: true });
    await captureHold(scope, { hold: kept.id, source: 'test' });
    await releaseHold(scope, { hold: freed.id });
    await fill(scope, 7);
    expect(await readBalance(scope, points)).toMatchObject({ settled: 97, held: 0 });
    expect(await verify(scope)).toEqual({ ...clean });
  });

  test('goes on once it is thawed, unless the customer is frozen too; each is lifted by itself', async () => {
    const { scope } = await fresh();
    await fill(scope, 100);
    const stop = { ...points, frozen: true };

    await freezeBalance(scope, stop);
    await freezeBalance(scope, stop);
    await freezeCustomer(scope, { customer: 'ann', frozen: true });
    await freezeCustomer(scope, { customer: 'ann', frozen: false });
    const still = await take(scope, 'points', 1);
    await freezeCustomer(scope, { customer: 'ann', frozen: true });
    await freezeBalance(scope, { ...stop, frozen: false });
    const also = await take(scope, 'points', 1);
    await freezeCustomer(scope, { customer: 'ann', frozen: false });

    expect([still, also]).toMatchObject([refused, refused]);
    expect(await take(scope, 'points', 1)).toMatchObject({ allowed: true });
    expect(await verify(scope)).toEqual(clean);
  });

  test('of a unit nobody has touched stays frozen for the first touch', async () => {
    const { scope } = await fresh();

    await freezeBalance(scope, { customer: 'ann', unit: 'api-calls', frozen: true });

    expect(await take(scope, 'api-calls', 1)).toMatchObject(refused);
  });
});
