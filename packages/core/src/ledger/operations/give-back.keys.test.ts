/** Give-backs under keys: each happens once, and answers again as it did. */
import { expect, test } from 'vitest';
import { clean, describeBooks, fill, points, source, taken } from '#test/fresh-books.ts';
import { createSubscription } from '../../subscriptions/index.ts';
import { credit, giveBack, readBalance, spend, verify } from '../index.ts';

describeBooks('giving back under a key', (fresh) => {
  test('a give-back under a key happens once, whichever balances it returns to, and answers as it did', async () => {
    const { scope } = await fresh();
    await createSubscription(scope, { customer: 'ann', plan: 'pro' });
    await credit(scope, { ...points, amount: 100, source });
    const tokens = { customer: 'ann', unit: 'ai-tokens' };
    const credits = { unit: 'points', cost: 2 };
    const spent = await spend(scope, { ...tokens, amount: 15, credits, source, request: null });
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
    expect(await verify(scope)).toEqual(clean);
  });

  test('another request under the key is refused, and nothing comes back', async () => {
    const { scope } = await fresh();
    await fill(scope, 10);
    const of = await taken(scope, 'points', 9);
    await giveBack(scope, { ...points, of, amount: 1, key: 'k', source });

    const other = giveBack(scope, { ...points, of, amount: 2, key: 'k', source });

    await expect(other).rejects.toMatchObject({ code: 'idempotency_conflict' });
    expect(await readBalance(scope, points)).toMatchObject({ settled: 2 });
  });
});
