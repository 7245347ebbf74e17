/** A balance that comes down to its minimum says so: once for each drop, however it gets there. */
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { type Books, openBooks } from '#test/books.ts';
import { describeMigrated, type MigratedDatabase } from '#test/kernel.ts';
import type { Scope } from '../kernel/index.ts';
import { setSetting } from '../settings/index.ts';
import { adjust } from './operations/adjust.ts';
import { credit } from './operations/credit.ts';
import { creditBatch } from './operations/credit-batch.ts';
import { releaseHold } from './operations/release-hold.ts';
import { settleDue } from './operations/settle-due.ts';
import { spend } from './operations/spend.ts';
import { transfer } from './operations/transfer.ts';
import { verify } from './operations/verify.ts';

const now = '2026-01-10T00:00:00.000Z';
const source = 'test';
const points = { customer: 'ann', unit: 'points', source } as const;

describeMigrated('a low balance', (make, engine) => {
  let made: MigratedDatabase;
  let books: Books;
  let scope: Scope;
  let tenants = 0;
  beforeAll(async () => {
    made = await make();
  });
  beforeEach(async () => {
    books = openBooks(made.database, `low${++tenants}`);
    scope = await books.at(now);
  });

  const fill = (amount: number, more = {}) => credit(scope, { ...points, amount, ...more });
  const use = (amount: number, more = {}) =>
    spend(scope, { ...points, amount, request: null, ...more });
  const lows = () =>
    books.news
      .filter(({ type }) => type === 'balance.low')
      .map(({ customer, data }) => `${customer} ${data.unit} ${data.available}/${data.atOrBelow}`);
  const warnAt = (value: number) => setSetting(scope, { key: 'credits.warnAtOrBelow', value });

  test('is told of when the last unit is spent, and again only after more has come in', async () => {
    await fill(10);
    await use(9);
    const before = lows();
    await use(1);
    await use(1);
    const once = lows();
    await fill(5);
    await use(5);

    expect(before).toEqual([]);
    expect(once).toEqual(['ann points 0/0']);
    expect(lows()).toEqual(['ann points 0/0', 'ann points 0/0']);
    expect((await verify(scope)).broken).toEqual([]);
  });

  test('is one at or below what the setting says, and told of once while it goes on down', async () => {
    await warnAt(20);
    await fill(100);
    await use(79);
    const above = lows();
    await use(1);
    await use(5);
    await use(15);

    expect(above).toEqual([]);
    expect(lows()).toEqual(['ann points 20/20']);
  });

  test('a hold, a transfer, a correction and an end by time alone bring it down too', async () => {
    await warnAt(20);
    await fill(30);
    await use(10, { hold: { id: 'hld_1', expiresAt: null } });
    await releaseHold(scope, { hold: 'hld_1' });
    await fill(1, { customer: 'bob' });
    await transfer(scope, { from: 'ann', to: 'bob', unit: 'points', amount: 15, source });
    await fill(85);
    await adjust(scope, { ...points, to: 7 });
    await fill(93, { expiresAt: new Date('2026-02-01T00:00:00Z') });
    const balance = books.news.findLast(({ type }) => type === 'balance.low')?.subject.id;
    await settleDue(await books.at('2026-03-01T00:00:00Z'), { id: Number(balance) });

    expect(lows()).toEqual([
      ...['ann points 20/20', 'ann points 15/20', 'ann points 7/20'],
      'ann points 7/20',
    ]);
  });

  test('features tell of their quotas instead; what may go below zero is low at the minimum all the same', async () => {
    await use(100, { unit: 'api-calls' });
    await fill(5, { unit: 'credit' });
    await use(55, { unit: 'credit' });

    expect(lows()).toEqual(['ann credit -50/0']);
  });

  test('many credits at once are seen as well as one by one', async () => {
    await warnAt(3);
    for (const key of ['one', 'two']) {
      const line = { line: 1, credit: { ...points, amount: 10, key } };
      await creditBatch(scope, [line]);
    }
    await use(16);
    const above = lows();
    await use(1);

    expect(above).toEqual([]);
    expect(lows()).toEqual(['ann points 3/3']);
  });

  test.runIf(engine === 'postgres')(
    'two hundred spends of twenty at once tell of one drop',
    async () => {
      await warnAt(50);
      await fill(150);
      const scopes = await Promise.all([1, 2, 3, 4].map(() => books.at(now)));

      // Each waits for its own before the next: no more at once than there are connections to wait for.
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, async (_, place) => {
          const done = [];
          for (let turn = 0; turn < 10; turn += 1)
            done.push(
              await spend(scopes[place % 4] as Scope, { ...points, amount: 1, request: null }),
            );
          return done;
        }),
      );

      expect(outcomes.flat().filter(({ allowed }) => allowed)).toHaveLength(150);
      expect(lows()).toEqual(['ann points 50/50']);
      expect((await verify(scope)).broken).toEqual([]);
    },
  );
});
