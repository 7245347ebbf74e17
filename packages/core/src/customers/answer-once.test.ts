/**
 * A command under a key is done once, and answers the same for ever after.
 */
import { beforeAll, expect, test } from 'vitest';
import { openBooks } from '#test/books.ts';
import { describeMigrated, type MigratedDatabase } from '#test/kernel.ts';
import { answerOnce } from './index.ts';

let tenants = 0;

describeMigrated('answering once', (make) => {
  let home: MigratedDatabase;
  beforeAll(async () => {
    home = await make();
  });
  const fresh = () => openBooks(home.database, `once${++tenants}`).at('2026-01-10T00:00:00Z');
  const command = { verb: 'test.do', customerId: 1, key: 'k', request: { plan: 'pro' } };

  test('the first answer is given again, and the work is not done again', async () => {
    const scope = await fresh();
    let done = 0;
    const work = async () => ({ number: ++done, nothing: null });

    const first = await answerOnce(scope, command, work);
    const again = await answerOnce(scope, command, work);

    expect(first).toEqual({ answer: { number: 1, nothing: null }, replayed: false });
    expect(again).toEqual({ answer: { number: 1, nothing: null }, replayed: true });
  });

  test('another request under the key is a conflict', async () => {
    const scope = await fresh();
    await answerOnce(scope, command, async () => 1);

    const other = answerOnce(scope, { ...command, request: { plan: 'free' } }, async () => 2);

    await expect(other).rejects.toMatchObject({ code: 'idempotency_conflict' });
  });

  test('another customer and another verb have keys of their own', async () => {
    const scope = await fresh();
    await answerOnce(scope, command, async () => 1);

    const customer = await answerOnce(scope, { ...command, customerId: 2 }, async () => 2);
    const verb = await answerOnce(scope, { ...command, verb: 'test.undo' }, async () => 3);

    expect([customer.answer, verb.answer]).toEqual([2, 3]);
  });

  test('work that fails leaves the key free', async () => {
    const scope = await fresh();
    const failing = answerOnce(scope, command, async () => {
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');

    expect(await answerOnce(scope, command, async () => 1)).toMatchObject({ replayed: false });
  });

  test('twins that come at once are done once', async () => {
    const scope = await fresh();
    let done = 0;

    const answers = await Promise.all(
      Array.from({ length: 10 }, () => answerOnce(scope, command, async () => ++done)),
    );

    expect(answers.map(({ answer }) => answer)).toEqual(Array(10).fill(1));
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
  });

  test('without a key the work is simply done', async () => {
    const scope = await fresh();
    let done = 0;

    for (const key of [undefined, undefined]) {
      await answerOnce(scope, { ...command, key }, async () => ++done);
    }

    expect(done).toBe(2);
  });

  test.each(['', 'x'.repeat(256)])('a key of no or too many characters is refused', async (key) => {
    await expect(
      answerOnce(await fresh(), { ...command, key }, async () => 1),
    ).rejects.toMatchObject({ code: 'validation' });
  });
});
