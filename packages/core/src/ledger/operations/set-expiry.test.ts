/** Moving the end of grants: what is free follows, what was spent stays paid. */
import { expect, test } from 'vitest';
import { clean, describeBooks, fill, points, take } from '#test/fresh-books.ts';
import { createSubscription } from '../../subscriptions/index.ts';
import { readBalance, setExpiry, verify } from '../index.ts';

const february = new Date('2026-02-01T00:00:00Z');
const march = new Date('2026-03-01T00:00:00Z');

describeBooks('setting an expiry', (fresh) => {
  test('of a balance moves all that are open, not those that come later', async () => {
    const { scope, books } = await fresh();
    await fill(scope, 10, { expiresAt: february });
    await fill(scope, 20);
    await take(scope, 'points', 4);

    const moved = await setExpiry(scope, { ...points, expiresAt: march });
    await fill(scope, 5);

    expect(moved).toMatchObject({ grants: 2, unit: 'points' });
    const before = await readBalance(await books.at('2026-02-20T00:00:00Z'), points);
    const after = await readBalance(await books.at(march), points);
    expect([before.available, after.available]).toEqual([31, 5]);
    await take(await books.at(march), 'points', 1);
    expect(await verify(await books.at(march))).toEqual(clean);
  });

  test('of one grant to a moment that has passed ends it now, and null makes it last', async () => {
    const { scope, books } = await fresh();
    const first = await fill(scope, 10, { expiresAt: february });
    const second = await fill(scope, 20, { expiresAt: february });

    const ended = await setExpiry(scope, {
      ...{ customer: 'ann', grant: first.grant ?? '', expiresAt: new Date('2020-01-01') },
    });
    await setExpiry(scope, { customer: 'ann', grant: second.grant ?? '', expiresAt: null });

    expect(ended.figures.available).toBe(20);
    expect(await readBalance(await books.at(march), points)).toMatchObject({ available: 20 });
    expect(await verify(scope)).toEqual(clean);
  });

  test('of another customer’s grant, one that is over, or a plan’s quota is refused', async () => {
    const { scope } = await fresh();
    const { grant } = await fill(scope, 10);
    await createSubscription(scope, { customer: 'ann', plan: 'pro' });
    await take(scope, 'api-calls', 1);
    const quota = (await readBalance(scope, { customer: 'ann', unit: 'api-calls' })).grants[0]?.id;
    const name = grant ?? '';
    await setExpiry(scope, { customer: 'ann', grant: name, expiresAt: new Date('2020-01-01') });

    const codes = await Promise.all(
      [
        { customer: 'bob', grant: name, expiresAt: null },
        { customer: 'ann', grant: name, expiresAt: null },
        { customer: 'ann', grant: quota ?? '', expiresAt: null },
      ].map((asked) => setExpiry(scope, asked).catch((error: { code: string }) => error.code)),
    );

    expect(codes).toEqual(['not_found', 'invalid_state', 'invalid_state']);
  });
});
