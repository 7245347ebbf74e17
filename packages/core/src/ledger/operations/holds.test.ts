/**
 * Holds from being placed to being over: what they reserve, what a capture takes, and what comes back to whom.
 */
import { beforeAll, expect, test } from 'vitest';
import { openBooks } from '#test/books.ts';
import { describeMigrated, type MigratedDatabase } from '#test/kernel.ts';
import { addDuration, type Scope } from '../../kernel/index.ts';
import { createSubscription } from '../../subscriptions/index.ts';
import {
  captureHold,
  credit,
  extendHold,
  freezeCustomer,
  readBalance,
  releaseHold,
  type Spend,
  spend,
  verify,
} from '../index.ts';

const noon = '2026-01-10T12:00:00Z';
const source = 'test';
let tenants = 0;
let holds = 0;

/** Places a hold of an hour. */
async function place(scope: Scope, unit: string, amount: number, more: Partial<Spend> = {}) {
  holds += 1;
  const hold = { id: `hld_${holds}`, expiresAt: addDuration(scope.now, 'PT1H', 1, 'UTC') };
  const request = { unit, amount };
  const answer = await spend(scope, {
    customer: 'ann',
    unit,
    amount,
    hold,
    source,
    request,
    ...more,
  });
  return { answer, id: (answer.allowed && answer.hold) || hold.id };
}

const points = { customer: 'ann', unit: 'points' };

describeMigrated('holds', (make) => {
  let home: MigratedDatabase;
  beforeAll(async () => {
    home = await make();
  });
  const fresh = async () => {
    const books = openBooks(home.database, `holds${++tenants}`);
    const scope = await books.at(noon);
    await credit(scope, { ...points, amount: 100, source });
    return { books, scope };
  };

  test('a hold lowers what is available, not what is settled, and two cannot reserve the same units', async () => {
    const { scope } = await fresh();

    await place(scope, 'points', 60);
    const { answer } = await place(scope, 'points', 41);

    expect(answer).toMatchObject({ allowed: false, reason: 'insufficient' });
    expect(await readBalance(scope, points)).toMatchObject({
      settled: 100,
      held: 60,
      available: 40,
    });
    expect(await verify(scope)).toEqual({ ok: true, broken: [] });
  });

  test('a partial capture releases the rest, unless it is not the last', async () => {
    const { scope } = await fresh();
    const one = await place(scope, 'points', 60);
    const other = await place(scope, 'points', 40);

    await captureHold(scope, { hold: one.id, amount: 25, source });
    await captureHold(scope, { hold: other.id, amount: 10, final: false, source });
    const between = await readBalance(scope, points);
    await captureHold(scope, { hold: other.id, source });

    expect(between).toMatchObject({ settled: 65, held: 30, available: 35 });
    expect(await readBalance(scope, points)).toMatchObject({ settled: 35, held: 0, available: 35 });
    expect(await verify(scope)).toEqual({ ok: true, broken: [] });
  });

  test('a closed hold stays closed, whatever is asked of it', async () => {
    const { scope } = await fresh();
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

  test('after its time a hold is over: reads leave it out, a late capture is told, and an extended one lives', async () => {
    const { books, scope } = await fresh();
    const late = await place(scope, 'points', 10);
    const extended = await place(scope, 'points', 20);
    await extendHold(scope, { hold: extended.id, until: new Date('2026-01-10T20:00:00Z') });

    const afternoon = await books.at('2026-01-10T14:00:00Z');
    const read = await readBalance(afternoon, points);

    expect(read).toMatchObject({ held: 20, available: 80 });
    await expect(captureHold(afternoon, { hold: late.id, source })).rejects.toMatchObject({
      code: 'hold_expired',
    });
    await captureHold(afternoon, { hold: extended.id, source });
    await expect(releaseHold(afternoon, { hold: late.id })).rejects.toMatchObject({
      code: 'hold_expired',
    });
    expect(await readBalance(afternoon, points)).toMatchObject({ settled: 80, held: 0 });
    expect(await verify(afternoon)).toEqual({ ok: true, broken: [] });
  });

  test('more than is held is refused, or taken as far as it goes', async () => {
    const { scope } = await fresh();
    const strict = await place(scope, 'points', 10);
    const beyond = await place(scope, 'points', 10);

    await expect(captureHold(scope, { hold: strict.id, amount: 11, source })).rejects.toMatchObject(
      { code: 'invalid_amount' },
    );
    const taken = await captureHold(scope, { hold: beyond.id, amount: 150, beyond: true, source });

    expect(taken).toEqual({ captured: 90, shortfall: 60, replayed: false });
    expect(await readBalance(scope, points)).toMatchObject({ settled: 10, held: 10, available: 0 });
    expect(await verify(scope)).toEqual({ ok: true, broken: [] });
  });

  test('the quota is captured before the credits, and the credits are released before the quota', async () => {
    const { scope } = await fresh();
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
    expect(await verify(scope)).toEqual({ ok: true, broken: [] });
  });

  test('a key places one hold and captures once; released in full it is free again', async () => {
    const { scope } = await fresh();
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
    expect(await verify(scope)).toEqual({ ok: true, broken: [] });
  });

  test('a capture under a key answers again as it did, whatever its legs and its shortfall', async () => {
    const { scope } = await fresh();
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
    expect(await verify(scope)).toEqual({ ok: true, broken: [] });
  });

  test('a frozen customer pays what is held, and nothing beyond it', async () => {
    const { scope } = await fresh();
    const { id } = await place(scope, 'points', 10);
    await freezeCustomer(scope, { customer: 'ann', frozen: true });

    const taken = await captureHold(scope, { hold: id, amount: 50, beyond: true, source });

    expect(taken).toMatchObject({ captured: 10, shortfall: 40 });
    expect(await verify(scope)).toEqual({ ok: true, broken: [] });
  });

  test('a hold of somebody else is not found', async () => {
    const { scope } = await fresh();
    const { id } = await place(scope, 'points', 10);

    await expect(captureHold(scope, { hold: id, customer: 'bob', source })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(releaseHold(scope, { hold: 'hld_none' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});
