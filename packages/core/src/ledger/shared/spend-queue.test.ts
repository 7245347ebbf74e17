/**
 * Spends that share a commit: what they answer and book is what they would have, one after another.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeBooks, fill, noon, points, source, take } from '#test/fresh-books.ts';

import type { Row, Scope, Statement } from '../../kernel/index.ts';
import {
  createSpendQueue,
  freezeCustomer,
  listEntries,
  readBalance,
  type SpendAnswer,
  spend,
  verify,
} from '../index.ts';

/** The scope with a queue of its own; what it sends outside transactions is counted. */
function sharing(scope: Scope): Scope & { readonly sent: string[] } {
  const sent: string[] = [];
  const count =
    <T>(send: (statement: Statement, read: (row: Row) => T) => Promise<never>) =>
    (statement: Statement, read: (row: Row) => T) => {
      sent.push(statement.text);
      return send(statement, read);
    };
  return {
    ...scope,
    many: count(scope.many as never) as Scope['many'],
    maybeOne: count(scope.maybeOne as never) as Scope['maybeOne'],
    ports: { ...scope.ports, spendQueue: createSpendQueue() },
    sent,
  };
}

const ask = fc.record({
  customer: fc.constantFrom('ann', 'bob'),
  amount: fc.integer({ min: 1, max: 12 }),
  isHold: fc.boolean(),
  key: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
});
type Ask = typeof ask extends fc.Arbitrary<infer T> ? T : never;
const plan = fc.record({
  ann: fc.integer({ min: 1, max: 80 }),
  bob: fc.integer({ min: 1, max: 80 }),
  asks: fc.array(ask, { minLength: 2, maxLength: 40 }),
});

/** A key's requests are the same request: one amount, and one hold, for each key. */
function send(scope: Scope, run: string, { customer, amount, isHold, key }: Ask, index: number) {
  const units = key ?? amount;
  const isReserved = key === undefined ? isHold : key % 2 === 0;
  const expiresAt = new Date(scope.now.getTime() + 3_600_000);
  return spend(scope, {
    ...{ customer, unit: 'points', amount: units, source, request: { units, isReserved } },
    ...(key !== undefined && { key: `${run}-${key}` }),
    ...(isReserved && { hold: { id: `hld_${run}_${index}`, expiresAt } }),
  });
}

function told(answer: SpendAnswer) {
  if (!answer.allowed) return answer.reason;
  const { replayed, hold, figures } = answer;
  return { replayed, isHeld: hold !== null, available: figures.available };
}

async function story(scope: Scope, customer: string) {
  const { items } = await listEntries(scope, { customer, unit: 'points', limit: 100 });
  return items.map(({ kind, amount, settled, held }) => ({ kind, amount, settled, held }));
}

describeBooks('spends at once', (fresh) => {
  test('answer and book what they would have one after another', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(plan, async ({ ann, bob, asks }) => {
        runs += 1;
        const [together, alone] = [(await fresh()).scope, (await fresh()).scope];
        for (const scope of [together, alone]) {
          await fill(scope, ann + 1);
          await fill(scope, bob + 1, { customer: 'bob' });
          // From here on their balances are known, and nothing is looked up before they queue.
          for (const customer of ['ann', 'bob']) await take(scope, 'points', 1, { customer });
        }
        const shared = sharing(together);

        const answers = await Promise.all(
          asks.map((one, index) => send(shared, `t${runs}`, one, index)),
        );
        const wanted: SpendAnswer[] = [];
        for (const [index, one] of asks.entries())
          wanted.push(await send(alone, `a${runs}`, one, index));

        expect(answers.map(told)).toEqual(wanted.map(told));
        for (const customer of ['ann', 'bob'])
          expect(await story(together, customer)).toEqual(await story(alone, customer));
        expect(await verify(together)).toEqual({ ok: true, broken: [] });
      }),
      { numRuns: Number(process.env.BURSAR_PROPERTY_RUNS ?? 25) },
    );
  });

  test('are one statement, however many they are', async () => {
    const scope = sharing((await fresh()).scope);
    await fill(scope, 1_000);
    await take(scope, 'points', 1);
    scope.sent.length = 0;

    const answers = await Promise.all(Array.from({ length: 200 }, () => take(scope, 'points', 2)));

    expect(answers.every((answer) => answer.allowed)).toBe(true);
    expect(scope.sent).toHaveLength(1);
    expect(await readBalance(scope, points)).toMatchObject({ available: 599 });
  });

  test('are refused one by one when it does not reach, in the order they came', async () => {
    const scope = sharing((await fresh()).scope);
    await fill(scope, 10);
    await take(scope, 'points', 1);

    const answers = await Promise.all([4, 6, 5, 1].map((amount) => take(scope, 'points', amount)));

    expect(answers.map((answer) => answer.allowed)).toEqual([true, false, true, false]);
    expect(await readBalance(scope, points)).toMatchObject({ available: 0 });
  });

  test('do not suffer from one that cannot be written', async () => {
    const scope = sharing((await fresh()).scope);
    await fill(scope, 100);
    await take(scope, 'points', 1);
    const unwritable = 'no\0text';

    const answers = await Promise.allSettled([
      take(scope, 'points', 2),
      take(scope, 'points', 3, { key: unwritable }),
      take(scope, 'points', 4),
    ]);

    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await readBalance(scope, points)).toMatchObject({ available: 93 });
  });

  test('under one key are one spend; with another request the later one is a conflict', async () => {
    const scope = sharing((await fresh()).scope);
    await fill(scope, 100);
    await take(scope, 'points', 1);

    const [first, twin, other] = await Promise.allSettled([
      take(scope, 'points', 5, { key: 'k' }),
      take(scope, 'points', 5, { key: 'k' }),
      take(scope, 'points', 6, { key: 'k' }),
    ]);

    expect(first).toMatchObject({ value: { allowed: true, replayed: false } });
    expect(twin).toMatchObject({ value: { allowed: true, replayed: true } });
    expect(other).toMatchObject({ reason: { code: 'idempotency_conflict' } });
    expect(await readBalance(scope, points)).toMatchObject({ available: 94 });
  });

  test('at the start of a period issue its quota once, and reach it once', async () => {
    const { books } = await fresh();
    await take(await books.at(noon), 'api-calls', 1);
    const scope = sharing(await books.at('2026-02-11T12:00:00Z'));
    books.news.length = 0;

    const answers = await Promise.all(
      Array.from({ length: 130 }, () => take(scope, 'api-calls', 1)),
    );

    expect(answers.filter((answer) => answer.allowed)).toHaveLength(100);
    expect(books.news.filter(({ type }) => type === 'quota.reached')).toHaveLength(1);
    expect(await verify(scope)).toEqual({ ok: true, broken: [] });
  });

  test('of a frozen customer are all refused', async () => {
    const scope = sharing((await fresh()).scope);
    await fill(scope, 100);
    await take(scope, 'points', 1);
    await freezeCustomer(scope, { customer: 'ann', frozen: true });

    const answers = await Promise.all(Array.from({ length: 30 }, () => take(scope, 'points', 1)));

    expect(new Set(answers.map(told))).toEqual(new Set(['customer_frozen']));
    expect(await readBalance(scope, points)).toMatchObject({ settled: 99 });
  });

  test('are turned away when too many wait, and nothing of those is sent', async () => {
    const scope = sharing((await fresh()).scope);
    await fill(scope, 100_000);
    await take(scope, 'points', 1);

    const answers = await Promise.allSettled(
      Array.from({ length: 10_050 }, () => take(scope, 'points', 1)),
    );

    const refused = answers.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(50);
    expect(refused[0]).toMatchObject({ reason: { code: 'overload' } });
    expect(await readBalance(scope, points)).toMatchObject({ available: 89_999 });
  });

  test('inside a transaction share nothing', async () => {
    const scope = sharing((await fresh()).scope);
    await fill(scope, 100);
    scope.sent.length = 0;

    await scope.transaction((inner) =>
      Promise.all([take(inner, 'points', 1), take(inner, 'points', 2)]),
    );

    expect(scope.sent).toEqual([]);
    expect(await readBalance(scope, points)).toMatchObject({ available: 97 });
  });
});
