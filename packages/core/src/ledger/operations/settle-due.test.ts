/** Catching up what nobody touches: booked once, whoever comes first. */
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { type Books, openBooks } from '#test/books.ts';
import { describeMigrated, type MigratedDatabase } from '#test/kernel.ts';
import { FOREVER } from '../../kernel/index.ts';
import { credit } from './credit.ts';
import { freezeCustomer } from './freeze-customer.ts';
import { dueBalances, settleDue } from './settle-due.ts';
import { verify } from './verify.ts';

const start = '2026-01-01T00:00:00.000Z';
const expiry = '2026-02-01T00:00:00.000Z';

describeMigrated('balances that are due', (make) => {
  let made: MigratedDatabase;
  let books: Books;
  let tenants = 0;
  beforeAll(async () => {
    made = await make();
  });
  beforeEach(async () => {
    books = openBooks(made.database, `t${++tenants}`);
    for (const [customer, expiresAt] of [
      ['ann', expiry],
      ['bob', '2026-01-20T00:00:00.000Z'],
    ] as const) {
      await credit(await books.at(start), {
        customer,
        unit: 'points',
        amount: 5,
        expiresAt: new Date(expiresAt),
        source: 'test',
      });
    }
  });

  async function due(now: string) {
    const scope = await books.at(now);
    const all = await dueBalances(scope, { until: scope.now, limit: 1000 });
    return all.filter((one) => one.tenant === `t${tenants}`);
  }

  test('come in the order of their instants, and each is booked once', async () => {
    const found = await due('2026-03-01T00:00:00Z');
    const scope = await books.at('2026-03-01T00:00:00Z');
    books.news.length = 0;

    const first = await Promise.all(found.map((one) => settleDue(scope, one)));
    const second = await Promise.all(found.map((one) => settleDue(scope, one)));

    expect(found.map((one) => one.at.toISOString())).toEqual(['2026-01-20T00:00:00.000Z', expiry]);
    expect(first).toEqual(Array(2).fill({ done: true, next: FOREVER, isStale: false }));
    expect(second).toEqual(Array(2).fill({ done: false, next: FOREVER, isStale: false }));
    expect(books.news.filter((one) => one.type === 'grant.expired')).toHaveLength(2);
    expect(await due('2026-03-01T00:00:00Z')).toEqual([]);
    expect((await verify(await books.at('2026-03-01T00:00:00Z'))).broken).toEqual([]);
  });

  test('of a frozen customer wait for the thaw', async () => {
    await freezeCustomer(await books.at(start), { customer: 'bob', frozen: true });

    expect(await due('2026-01-25T00:00:00Z')).toEqual([]);
    await freezeCustomer(await books.at('2026-01-26T00:00:00Z'), {
      customer: 'bob',
      frozen: false,
    });
    for (const one of await due('2026-01-26T00:00:00Z')) {
      await settleDue(await books.at('2026-01-26T00:00:00Z'), one);
    }
    expect(await due('2026-01-26T00:00:00Z')).toEqual([]);
  });
});
