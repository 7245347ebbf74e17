/** Spends that credits pay for entirely: the quota's part is an entry of nothing, and the books stay right. */
import { expect, test } from 'vitest';
import { clean, describeBooks, fill, points, take } from '#test/fresh-books.ts';

import { giveBack, readBalance, verify } from '../index.ts';

const credits = { unit: 'points', cost: 2 };

describeBooks('a spend without any quota left', (fresh) => {
  test('is paid by credits alone, for good, on hold, and back again', async () => {
    const { scope } = await fresh();
    await fill(scope, 20);
    await take(scope, 'ai-tokens', 1);

    const spent = await take(scope, 'ai-tokens', 3, { credits });
    const expiresAt = new Date(scope.now.getTime() + 60_000);
    const held = await take(scope, 'ai-tokens', 2, { credits, hold: { id: 'hld_c', expiresAt } });
    if (!spent.allowed || !held.allowed) throw new Error('refused');

    expect(await readBalance(scope, points)).toMatchObject({ settled: 14, held: 4 });
    expect(await verify(scope)).toEqual(clean);
    await giveBack(scope, {
      ...{ customer: 'ann', unit: 'ai-tokens', of: spent.transferId, amount: 3, source: 'test' },
    });
    expect(await readBalance(scope, points)).toMatchObject({ settled: 20, held: 4 });
    expect(await verify(scope)).toEqual(clean);
  });
});
