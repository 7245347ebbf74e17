/**
 * Undoing use: what comes back, to whom it went, and never more than was taken.
 */
import { beforeAll, expect, test } from 'vitest';
import { openBooks } from '#test/books.ts';
import { describeMigrated, type MigratedDatabase } from '#test/kernel.ts';
import { credit, readBalance, verify } from '../../ledger/index.ts';
import { createSubscription } from '../../subscriptions/index.ts';
import { consume, giveBackUse } from '../index.ts';

const now = '2026-01-10T00:00:00Z';
const ann = { customer: 'ann' };
const calls = { ...ann, feature: 'api-calls' };
let tenants = 0;

describeMigrated('giving back', (make) => {
  let home: MigratedDatabase;
  beforeAll(async () => {
    home = await make();
  });
  const fresh = async () => {
    const books = openBooks(home.database, `giveback${++tenants}`);
    return { books, scope: await books.at(now) };
  };

  test('a spend comes back in parts, and then no more', async () => {
    const { scope } = await fresh();
    const { transferId: of } = await consume(scope, { ...calls, amount: 10 });

    const part = await giveBackUse(scope, { ...ann, of, amount: 4 });
    const rest = await giveBackUse(scope, { ...calls, of });

    expect(part).toMatchObject({ requested: 4, used: 6, available: 94 });
    expect(rest).toMatchObject({ requested: 6, used: 0, available: 100 });
    await expect(giveBackUse(scope, { ...calls, of })).rejects.toMatchObject({
      code: 'invalid_state',
    });
    expect((await verify(scope)).broken).toEqual([]);
  });

  test('without a spend named, a member gives back up to what that member used', async () => {
    const { scope } = await fresh();
    await consume(scope, { ...calls, usedBy: 'u1', amount: 2 });
    await consume(scope, { ...calls, usedBy: 'u2', amount: 5 });

    const back = await giveBackUse(scope, { ...calls, usedBy: 'u1', amount: 2 });
    const more = giveBackUse(scope, { ...calls, usedBy: 'u1' });

    expect(back).toMatchObject({ used: 5, available: 95 });
    await expect(more).rejects.toMatchObject({ code: 'invalid_state' });
  });

  test('a use that quota and credits shared returns the credits first', async () => {
    const { scope } = await fresh();
    await createSubscription(scope, { ...ann, plan: 'pro' });
    await credit(scope, { ...ann, unit: 'points', amount: 20, source: 'test' });
    const { transferId: of } = await consume(scope, { ...ann, feature: 'ai-tokens', amount: 15 });

    await giveBackUse(scope, { ...ann, of, amount: 7 });

    expect(await readBalance(scope, { ...ann, unit: 'points' })).toMatchObject({ available: 20 });
    expect(await readBalance(scope, { ...ann, unit: 'ai-tokens' })).toMatchObject({ available: 2 });
  });

  test('a gauge gives its part back, never below nothing', async () => {
    const { scope } = await fresh();
    await createSubscription(scope, { ...ann, plan: 'pro' });
    const seats = { ...ann, feature: 'seats', usedBy: 'u1' };
    await consume(scope, { ...seats, amount: 2 });

    const back = await giveBackUse(scope, seats);

    expect(back).toMatchObject({ requested: 1, used: 1 });
    await expect(giveBackUse(scope, { ...seats, amount: 2 })).rejects.toMatchObject({
      code: 'invalid_state',
    });
    await expect(giveBackUse(scope, { ...seats, amount: -1 })).rejects.toMatchObject({
      code: 'invalid_amount',
    });
  });

  test('the same key gives back once', async () => {
    const { scope } = await fresh();
    await consume(scope, { ...calls, amount: 10 });
    const back = { ...calls, amount: 3, idempotencyKey: 'back' };
    await giveBackUse(scope, back);

    const again = await giveBackUse(scope, back);

    expect(again).toMatchObject({ requested: 3, replayed: true, used: 7 });
  });

  test("a spend that nobody made, or that is another's, is not found", async () => {
    const { scope } = await fresh();
    const { transferId: of } = await consume(scope, calls);

    await expect(giveBackUse(scope, { ...ann, of: 'trf_1_999' })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(giveBackUse(scope, { customer: 'bob', of })).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await readBalance(scope, { ...ann, unit: 'api-calls' })).toMatchObject({
      available: 99,
    });
  });
});
