/** Placing holds: what they reserve, for whom, and under which key. */
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
import {
  captureHold,
  freezeCustomer,
  giveBack,
  readBalance,
  releaseHold,
  verify,
} from '../index.ts';

/** Books with 100 points of ann's. */
async function filled(fresh: Fresh) {
  const { books, scope } = await fresh();
  await fill(scope, 100);
  return { books, scope };
}

describeBooks('placing a hold', (fresh) => {
  test('a hold lowers what is available, not what is settled, and two cannot reserve the same units', async () => {
    const { scope } = await filled(fresh);

    await place(scope, 'points', 60);
    const { answer } = await place(scope, 'points', 41);

    expect(answer).toMatchObject({ allowed: false, reason: 'insufficient' });
    expect(await readBalance(scope, points)).toMatchObject({
      settled: 100,
      held: 60,
      available: 40,
    });
    expect(await verify(scope)).toEqual(clean);
  });

  test('a key places one hold; released in full it is free again', async () => {
    const { scope } = await filled(fresh);

    const first = await place(scope, 'points', 10, { key: 'k' });
    const again = await place(scope, 'points', 10, { key: 'k' });
    const other = await place(scope, 'points', 11, { key: 'k' }).catch((error) => error);
    await releaseHold(scope, { hold: first.id });
    const anew = await place(scope, 'points', 10, { key: 'k' });

    expect(again.answer).toMatchObject({ allowed: true, replayed: true, hold: first.id });
    expect(other).toMatchObject({ code: 'idempotency_conflict' });
    expect(anew.answer).toMatchObject({ allowed: true, replayed: false });
    expect(anew.id).not.toBe(first.id);
    expect(await readBalance(scope, points)).toMatchObject({ settled: 100, held: 10 });
    expect(await verify(scope)).toEqual(clean);
  });

  test('a key whose hold was captured in part stays taken, and is free once all of it came back', async () => {
    const { scope } = await filled(fresh);
    const { id, answer } = await place(scope, 'points', 10, { key: 'k' });
    await captureHold(scope, { hold: id, amount: 4, source });

    const standing = await place(scope, 'points', 10, { key: 'k' });
    const of = answer.allowed ? answer.transferId : '';
    await giveBack(scope, { ...points, of, source });
    const anew = await place(scope, 'points', 10, { key: 'k' });

    expect(standing.answer).toMatchObject({ replayed: true, hold: id });
    expect(anew.answer).toMatchObject({ replayed: false });
    expect(await verify(scope)).toEqual(clean);
  });

  test('a hold that the quota cannot bear alone lies on the credits too, or nowhere', async () => {
    const { scope } = await filled(fresh);
    await createSubscription(scope, { customer: 'ann', plan: 'pro' });
    const credits = { unit: 'points', cost: 2 };

    const much = await place(scope, 'ai-tokens', 61, { credits });
    const some = await place(scope, 'ai-tokens', 60, { credits });

    expect(much.answer).toMatchObject({ allowed: false, reason: 'insufficient' });
    expect(some.answer.allowed).toBe(true);
    expect([
      await readBalance(scope, { customer: 'ann', unit: 'ai-tokens' }),
      await readBalance(scope, points),
    ]).toMatchObject([
      { held: 10, available: 0 },
      { held: 100, available: 0 },
    ]);
    expect(await verify(scope)).toEqual(clean);
  });

  test('a frozen customer can reserve nothing', async () => {
    const { scope } = await filled(fresh);
    await freezeCustomer(scope, { customer: 'ann', frozen: true });

    const { answer, id } = await place(scope, 'points', 1);

    expect(answer).toMatchObject({ allowed: false, reason: 'customer_frozen' });
    await expect(releaseHold(scope, { hold: id })).rejects.toMatchObject({ code: 'not_found' });
    expect(await readBalance(scope, points)).toMatchObject({ held: 0 });
  });
});
