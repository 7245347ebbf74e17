/** Many processes at once: an order is fulfilled once however many confirm it, and no limit is passed. */
import { expect, test } from 'vitest';
import { describePostgres } from '#test/databases.ts';
import { migratedDatabase, silentLogger } from '#test/kernel.ts';
import { openShop } from '#test/shop.ts';
import { type Database, integer, openDatabase, type Scope, sql } from '../../kernel/index.ts';
import { readBalance, verify } from '../../ledger/index.ts';
import { createOrder } from './create-order.ts';
import { fulfilOrder } from './fulfil-order.ts';

const now = '2026-01-31T10:00:00.000Z';

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: { code?: string }) => String(error.code ?? error),
  );
}

function tally(outcomes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

/** All wait for the number of a receipt, too: a slow machine must not be what decides. */
const patience = {
  acquireMilliseconds: 60_000,
  statementMilliseconds: 30_000,
  lockMilliseconds: 20_000,
};

describePostgres('racing orders', () => {
  async function processes(count: number, work: (scopes: Scope[]) => Promise<void>): Promise<void> {
    const made = await migratedDatabase('postgres');
    const databases: Database[] = await Promise.all(
      Array.from({ length: count }, () =>
        openDatabase(made.url, { logger: silentLogger, connectionsMax: 8, ...patience }),
      ),
    );
    try {
      await work(await Promise.all(databases.map((one) => openShop(one, 'race').at(now))));
    } finally {
      for (const database of databases) await database.close();
      await made.close();
    }
  }

  test('three hundred orders that four confirm each are fulfilled three hundred times', async () => {
    await processes(4, async (scopes) => {
      const [scope] = scopes as [Scope];
      const ids: string[] = [];
      for (let index = 0; index < 300; index += 1) {
        const customer = `c${index % 30}`;
        ids.push((await createOrder(scope, { customer, offer: 'forever' })).order.id);
      }

      // In waves: who waits longer than a lock may be waited for is told so, and the machine may be slow.
      const outcomes: string[] = [];
      for (let first = 0; first < ids.length; first += 30) {
        const wave = ids
          .slice(first, first + 30)
          .flatMap((order) =>
            scopes.map((one) => codeOf(fulfilOrder(one, { order, method: 'manual' }))),
          );
        outcomes.push(...(await Promise.all(wave)));
      }

      expect(tally(outcomes)).toEqual({ done: 300, duplicate_payment: 900 });
      const counts = sql`
        select (select count(*) from bursar.orders where status = 'paid') as paid, (select count(*) from bursar.order_history) as steps,
               (select count(*) from bursar.grants) as grants,
               (select count(*) from bursar.outbox where type = 'order.paid') as news`;
      expect(await scope.many(counts, (row) => Object.values(row).map(integer))).toEqual([
        [300, 300, 300, 300],
      ]);
      for (let index = 0; index < 30; index += 1)
        expect((await readBalance(scope, { customer: `c${index}`, unit: 'points' })).settled).toBe(
          1_000,
        );
      expect((await verify(scope)).ok).toBe(true);
    });
  }, 120_000);

  test('sixty that race for five pieces get five of them, paid or not', async () => {
    await processes(4, async (scopes) => {
      const outcomes = await Promise.all(
        Array.from({ length: 60 }, (_, index) =>
          codeOf(createOrder(scopes[index % 4] as Scope, { customer: 'ann', offer: 'scarce' })),
        ),
      );
      const free = await Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          codeOf(createOrder(scopes[index % 4] as Scope, { customer: 'bob', offer: 'free' })),
        ),
      );

      expect(tally(outcomes)).toEqual({ done: 5, quantity_limit: 55 });
      expect(tally(free)).toEqual({ done: 3, quantity_limit: 37 });
      const [scope] = scopes as [Scope];
      expect((await readBalance(scope, { customer: 'bob', unit: 'points' })).settled).toBe(3);
    });
  });

  test('purchases of one series that are confirmed at once stand one after another', async () => {
    await processes(4, async (scopes) => {
      const [scope] = scopes as [Scope];
      const ids = [];
      for (let index = 0; index < 12; index += 1)
        ids.push((await createOrder(scope, { customer: 'ann', offer: 'series' })).order.id);

      await Promise.all(
        ids.map((order, index) =>
          fulfilOrder(scopes[index % 4] as Scope, { order, method: 'manual' }),
        ),
      );

      const gaps = sql`
        select count(distinct starts_at) as starts, count(*) filter (where starts_at = earlier) as adjoining
          from (select starts_at, lag(expires_at) over (order by starts_at) as earlier from bursar.orders) as bought`;
      expect(await scope.many(gaps, (row) => Object.values(row).map(integer))).toEqual([[12, 11]]);
    });
  });
});
