/** Captures under keys: each happens once, and answers again as it did. */
import { expect, test } from 'vitest';
import {
  clean,
  describeBooks,
  type Fresh,
  fill,
  place,
  points,
  source,
} from '#test/fresh-books.ts';
import { createSubscription } from '../../subscriptions/index.ts';
import { captureHold, readBalance, releaseHold, verify } from '../index.ts';

/** Books with 100 points of ann's. */
async function filled(fresh: Fresh) {
  const { books, scope } = await fresh();
  await fill(scope, 100);
  return { books, scope };
}

describeBooks('capturing under a key', (fresh) => {
  test('a key places one hold and captures once; released in full it is free again', async () => {
    const { scope } = await filled(fresh);
    const first = await place(scope, 'points', 10, { key: 'k' });
    const again = await place(scope, 'points', 10, { key: 'k' });
    const once = await captureHold(scope, {
      hold: first.id,
      amount: 4,
      final: false,
      key: 'c',
      source,
    });
    const twice = await captureHold(scope, {
      hold: first.id,
      amount: 4,
      final: false,
      key: 'c',
      source,
    });
    const other = await place(scope, 'points', 5, { key: 'j' });
    await releaseHold(scope, { hold: other.id });
    const anew = await place(scope, 'points', 5, { key: 'j' });

    expect(again.answer).toMatchObject({ allowed: true, replayed: true, hold: first.id });
    expect([once.replayed, twice.replayed]).toEqual([false, true]);
    expect(anew.answer).toMatchObject({ allowed: true, replayed: false });
    await expect(
      captureHold(scope, { hold: first.id, amount: 5, key: 'c', source }),
    ).rejects.toMatchObject({
      code: 'idempotency_conflict',
    });
    expect(await readBalance(scope, points)).toMatchObject({ settled: 96, held: 11 });
    expect(await verify(scope)).toEqual(clean);
  });

  test('a capture under a key answers again as it did, whatever its legs and its shortfall', async () => {
    const { scope } = await filled(fresh);
    await createSubscription(scope, { customer: 'ann', plan: 'pro' });
    const credits = { unit: 'points', cost: 2 };
    const hold = await place(scope, 'ai-tokens', 15, { credits });
    const ask = { hold: hold.id, source };
    const first = [
      await captureHold(scope, { ...ask, amount: 10, final: false, key: 'a' }),
      await captureHold(scope, { ...ask, amount: 2, final: false, key: 'b' }),
      await captureHold(scope, { ...ask, amount: 90, beyond: true, key: 'c' }),
    ];
    const before = await readBalance(scope, points);

    const again = [
      await captureHold(scope, { ...ask, amount: 10, final: false, key: 'a' }),
      await captureHold(scope, { ...ask, amount: 2, final: false, key: 'b' }),
      await captureHold(scope, { ...ask, amount: 90, beyond: true, key: 'c' }),
    ];

    expect(first.map(({ captured, shortfall }) => [captured, shortfall])).toEqual([
      [10, 0],
      [2, 0],
      [48, 42],
    ]);
    expect(again).toEqual(first.map((one) => ({ ...one, replayed: true })));
    expect(await readBalance(scope, points)).toEqual(before);
    expect(await verify(scope)).toEqual(clean);
  });
});
