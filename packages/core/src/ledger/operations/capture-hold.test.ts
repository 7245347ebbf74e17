/** Capturing: what a hold reserved becomes a debit, and the rest goes back. */
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
import { captureHold, freezeCustomer, readBalance, releaseHold, verify } from '../index.ts';

/** Books with 100 points of ann's. */
async function filled(fresh: Fresh) {
  const { books, scope } = await fresh();
  await fill(scope, 100);
  return { books, scope };
}

describeBooks('capturing a hold', (fresh) => {
  test('a partial capture releases the rest, unless it is not the last', async () => {
    const { scope } = await filled(fresh);
    const one = await place(scope, 'points', 60);
    const other = await place(scope, 'points', 40);

    await captureHold(scope, { hold: one.id, amount: 25, source });
    await captureHold(scope, { hold: other.id, amount: 10, final: false, source });
    const between = await readBalance(scope, points);
    await captureHold(scope, { hold: other.id, source });

    expect(between).toMatchObject({ settled: 65, held: 30, available: 35 });
    expect(await readBalance(scope, points)).toMatchObject({ settled: 35, held: 0, available: 35 });
    expect(await verify(scope)).toEqual(clean);
  });

  test('captures that are not the last close the hold once nothing of it is left', async () => {
    const { scope } = await filled(fresh);
    const { id } = await place(scope, 'points', 60);

    for (let times = 0; times < 3; times += 1)
      await captureHold(scope, { hold: id, amount: 20, final: false, source });

    await expect(captureHold(scope, { hold: id, amount: 1, source })).rejects.toMatchObject({
      code: 'hold_closed',
    });
    expect(await readBalance(scope, points)).toMatchObject({ settled: 40, held: 0 });
    expect(await verify(scope)).toEqual(clean);
  });

  test('capturing nothing releases all of it', async () => {
    const { scope } = await filled(fresh);
    const { id } = await place(scope, 'points', 60);

    const done = await captureHold(scope, { hold: id, amount: 0, source });

    expect(done).toMatchObject({ captured: 0, shortfall: 0 });
    expect(await readBalance(scope, points)).toMatchObject({ settled: 100, held: 0 });
    await expect(captureHold(scope, { hold: id, source })).rejects.toMatchObject({
      code: 'hold_closed',
    });
  });

  test('a closed hold stays closed, whatever is asked of it', async () => {
    const { scope } = await filled(fresh);
    const captured = await place(scope, 'points', 10);
    const released = await place(scope, 'points', 10);
    await captureHold(scope, { hold: captured.id, source });
    await releaseHold(scope, { hold: released.id });

    for (const { id } of [captured, released]) {
      await expect(captureHold(scope, { hold: id, source })).rejects.toMatchObject({
        code: 'hold_closed',
      });
      await expect(releaseHold(scope, { hold: id })).rejects.toMatchObject({ code: 'hold_closed' });
    }
    expect(await readBalance(scope, points)).toMatchObject({ settled: 90, held: 0 });
  });

  test('more than is held is refused, or taken as far as it goes', async () => {
    const { scope } = await filled(fresh);
    const strict = await place(scope, 'points', 10);
    const beyond = await place(scope, 'points', 10);

    await expect(captureHold(scope, { hold: strict.id, amount: 11, source })).rejects.toMatchObject(
      { code: 'invalid_amount' },
    );
    const taken = await captureHold(scope, { hold: beyond.id, amount: 150, beyond: true, source });

    expect(taken).toEqual({ captured: 90, shortfall: 60, replayed: false });
    expect(await readBalance(scope, points)).toMatchObject({ settled: 10, held: 10, available: 0 });
    expect(await verify(scope)).toEqual(clean);
  });

  test('the quota is captured before the credits, and the credits are released before the quota', async () => {
    const { scope } = await filled(fresh);
    await createSubscription(scope, { customer: 'ann', plan: 'pro' });
    const credits = { unit: 'points', cost: 2 };
    const tokens = { customer: 'ann', unit: 'ai-tokens' };
    const hold = await place(scope, 'ai-tokens', 30, { credits });

    const held = [await readBalance(scope, tokens), await readBalance(scope, points)];
    await captureHold(scope, { hold: hold.id, amount: 12, source });

    expect(held).toMatchObject([
      { held: 10, available: 0 },
      { held: 40, available: 60 },
    ]);
    expect(await readBalance(scope, tokens)).toMatchObject({ settled: 0, held: 0 });
    expect(await readBalance(scope, points)).toMatchObject({ settled: 96, held: 0 });
    expect(await verify(scope)).toEqual(clean);
  });

  test('a frozen customer pays what is held, and nothing beyond it', async () => {
    const { scope } = await filled(fresh);
    const { id } = await place(scope, 'points', 10);
    await freezeCustomer(scope, { customer: 'ann', frozen: true });

    const taken = await captureHold(scope, { hold: id, amount: 50, beyond: true, source });

    expect(taken).toMatchObject({ captured: 10, shortfall: 40 });
    expect(await verify(scope)).toEqual(clean);
  });

  test('a hold of somebody else is not found', async () => {
    const { scope } = await filled(fresh);
    const { id } = await place(scope, 'points', 10);

    await expect(captureHold(scope, { hold: id, customer: 'bob', source })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(releaseHold(scope, { hold: 'hld_none' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});
