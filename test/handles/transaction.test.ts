/**
 * `bursar.transaction`: one transaction of the kit's and the host's, with a handle of the kind the host gave.
 */
import { type BursarEvent, createBursar } from '@bursar/core';
import { PGlite } from '@electric-sql/pglite';
import { sql as drizzleSql } from 'drizzle-orm';
import { integer, pgTable } from 'drizzle-orm/pg-core';
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite';
import { drizzle as drizzlePostgres } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { afterAll, describe, expect, test } from 'vitest';
import { describePostgres, postgresDatabase } from '#test/databases.ts';
import { catalog, pause } from '#test/kit.ts';
import { silentLogger } from '#test/silent-logger.ts';

const createMarks = 'create table marks (id integer not null)';
const marks = pgTable('marks', { id: integer().notNull() });

/** What every kind of handle must do; `write` inserts one mark through the handle it was given. */
async function behaves<Tx>(
  bursar: { events: unknown } & Pick<Transacting<Tx>, 'transaction' | 'check' | 'ledger'>,
  { write, count }: { write(tx: Tx): Promise<unknown>; count(): Promise<number> },
): Promise<void> {
  const heard: BursarEvent[] = [];
  (bursar.events as Listening).on('*', (event) => void heard.push(event));
  const ask = { customer: 'ann', feature: 'api-calls', amount: 3 };

  const answer = await bursar.transaction(async (kit, tx) => {
    await kit.consume(ask);
    await write(tx);
    expect(heard).toEqual([]);
    return 'done';
  });
  expect(answer).toBe('done');
  expect(heard.map(({ type }) => type)).toContain('balance.updated');
  expect(await count()).toBe(1);

  heard.length = 0;
  const failing = bursar.transaction(async (kit, tx) => {
    await kit.consume(ask);
    await write(tx);
    await kit.tryConsume({ ...ask, amount: 1_000 });
    throw new Error('The host changed its mind.');
  });
  await expect(failing).rejects.toThrow('changed its mind');
  expect(heard.map(({ type }) => type)).toEqual(['quota.exceeded']);
  expect(await count()).toBe(1);

  heard.length = 0;
  await bursar.transaction(async (kit, tx) => {
    await expect(kit.consume({ ...ask, amount: 1_000 })).rejects.toMatchObject({
      code: 'quota_exceeded',
    });
    await write(tx);
  });
  expect(await count()).toBe(2);
  expect((await bursar.check(ask)).used).toBe(3);
  expect((await bursar.ledger.verify()).ok).toBe(true);
}

type Ask = { customer: string; feature: string; amount: number };
type Verbs = {
  consume(ask: Ask): Promise<unknown>;
  tryConsume(ask: Ask): Promise<unknown>;
};
type Transacting<Tx> = {
  transaction<T>(work: (kit: Verbs, tx: Tx) => Promise<T>): Promise<T>;
  check(ask: Ask): Promise<{ used: number }>;
  ledger: { verify(): Promise<{ ok: boolean }> };
};
type Listening = { on(type: '*', listener: (event: BursarEvent) => void): () => void };

const options = { catalog, logger: silentLogger };

describe('on real PostgreSQL', () => {
  const closers: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });
  async function opened(): Promise<{
    url: string;
    client: postgres.Sql;
    count(): Promise<number>;
  }> {
    const { url, drop } = await postgresDatabase();
    const client = postgres(url, { max: 3, onnotice: () => {} });
    closers.push(drop, () => client.end());
    await client.unsafe(createMarks);
    return {
      url,
      client,
      count: async () => Number((await client`select count(*) from marks`)[0]?.count),
    };
  }

  test('a URL gives the shape of pg’s clients', async () => {
    const { url, count } = await opened();
    const bursar = createBursar({ ...options, database: url });
    closers.push(() => bursar.close());

    await behaves(bursar as never, {
      write: (tx: { query(text: string, values: unknown[]): Promise<{ rows: unknown[] }> }) =>
        tx.query('insert into marks (id) values ($1)', [1]),
      count,
    });
  });

  test('a postgres.js client gives its own transaction', async () => {
    const { client, count } = await opened();
    const bursar = createBursar({ ...options, database: client });
    closers.push(() => bursar.close());

    await behaves(bursar as never, {
      write: (tx: postgres.TransactionSql) => tx`insert into marks (id) values (1)`,
      count,
    });
    await bursar.transaction(async (_, tx) => {
      tx satisfies postgres.TransactionSql;
      await tx.savepoint((inner) => inner`select 1`);
    });
  });

  test('a Drizzle database gives its own, with its schema', async () => {
    const { client, count } = await opened();
    const db = drizzlePostgres({ client, schema: { marks } });
    const bursar = createBursar({ ...options, database: db });
    closers.push(() => bursar.close());

    await behaves(bursar as never, {
      write: (tx: { insert: typeof db.insert }) => tx.insert(marks).values({ id: 1 }),
      count,
    });
    await bursar.transaction(async (_, tx) => {
      expect(await tx.query.marks.findMany()).toHaveLength(2);
    });
  });

  test('what outlives its transaction cannot be written any more', async () => {
    const { client, count } = await opened();
    const db = drizzlePostgres({ client, schema: { marks } });
    const own = createBursar({ ...options, database: client });
    const wrapped = createBursar({ ...options, database: db });
    closers.push(
      () => own.close(),
      () => wrapped.close(),
    );
    const kept: (() => Promise<unknown>)[] = [];
    const keep = async (_: unknown, tx: postgres.TransactionSql) => {
      kept.push(async () => tx`insert into marks (id) values (1)`);
      kept.push(async () => tx.unsafe('insert into marks (id) values (1)'));
      await tx.savepoint(async (inner) => {
        kept.push(async () => inner`insert into marks (id) values (1)`);
      });
    };

    await own.transaction(keep);
    await expect(
      own.transaction(async (kit, tx) => {
        await keep(kit, tx);
        throw new Error('The host changed its mind.');
      }),
    ).rejects.toThrow('changed its mind');
    await wrapped.transaction(async (_, tx) => {
      kept.push(async () => tx.insert(marks).values({ id: 1 }));
      await tx.transaction(async (inner) => {
        kept.push(async () => inner.insert(marks).values({ id: 1 }));
      });
    });

    for (const write of kept) await expect(write()).rejects.toThrow();
    expect(await count()).toBe(0);
  });

  test('what went back to a savepoint is not heard', async () => {
    const { client } = await opened();
    const bursar = createBursar({ ...options, database: client });
    closers.push(() => bursar.close());
    await bursar.wallet.credit({ customer: 'ann', unit: 'points', amount: 10 });
    const heard: BursarEvent[] = [];
    bursar.events.on('*', (event) => void heard.push(event));

    await bursar.transaction(async (kit, tx) => {
      await kit.wallet.debit({ customer: 'ann', unit: 'points', amount: 1 });
      const undone = tx.savepoint(async () => {
        await kit.wallet.debit({ customer: 'ann', unit: 'points', amount: 2 });
        await kit.subscribe({ customer: 'ann', plan: 'pro' });
        throw new Error('undone');
      });
      await expect(undone).rejects.toThrow('undone');
      await kit.wallet.debit({ customer: 'ann', unit: 'points', amount: 4 });
    });

    expect(heard.map(({ type, data }) => [type, 'delta' in data && data.delta])).toEqual([
      ['balance.updated', -1],
      ['balance.updated', -4],
    ]);
  });

  test('a statement of the host’s that failed unnoticed is not taken for a commit', async () => {
    const { client, count } = await opened();
    const bursar = createBursar({ ...options, database: client });
    closers.push(() => bursar.close());
    const heard: BursarEvent[] = [];
    bursar.events.on('*', (event) => void heard.push(event));

    const failing = bursar.transaction(async (kit, tx) => {
      await kit.wallet.credit({ customer: 'ann', unit: 'points', amount: 10 });
      await tx`insert into marks (id) values (1)`;
      await tx`select 1 / 0`.catch(() => {});
    });

    await expect(failing).rejects.toThrow();
    expect(await count()).toBe(0);
    expect(heard).toEqual([]);
    expect(await bursar.wallet.balance({ customer: 'ann', unit: 'points' })).toMatchObject({
      available: 0,
    });
  });
});

describePostgres('the first transactions of a process', (makeUrl) => {
  test('all come to their end, however many begin at once', async () => {
    const bursar = createBursar({ ...options, database: await makeUrl() });
    await bursar.ready();

    await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        bursar.transaction((kit) => kit.consume({ customer: `c${index}`, feature: 'api-calls' })),
      ),
    );

    expect((await bursar.customers.list({ limit: 100 })).items).toHaveLength(30);
    await bursar.close();
  });
});

describePostgres('a connection that dies in it', (makeUrl) => {
  test('takes all of it along, and what comes after never runs elsewhere', async () => {
    const client = postgres(await makeUrl(), { max: 3, onnotice: () => {} });
    await client.unsafe(createMarks);
    const bursar = createBursar({ ...options, database: client });
    await bursar.ready();

    const failing = bursar.transaction(async (kit, tx) => {
      await kit.wallet.credit({ customer: 'ann', unit: 'points', amount: 10 });
      const [row] = await tx`select pg_backend_pid() as pid`;
      await client`select pg_terminate_backend(${row?.pid})`;
      for (const amount of [5, 6, 7]) {
        await kit.wallet.credit({ customer: 'ann', unit: 'points', amount }).catch(() => {});
      }
    });

    await expect(failing).rejects.toMatchObject({ code: 'database' });
    await pause(100);
    const balance = await bursar.wallet.balance({ customer: 'ann', unit: 'points' });
    expect(balance).toMatchObject({ settled: 0 });
    await bursar.close();
    // Without a limit the driver waits for the dead connection, whatever became of the callback.
    await client.end({ timeout: 1 });
  });
});

describe('on the embedded database', () => {
  test('an open PGlite gives its own transaction', async () => {
    const client = await PGlite.create();
    await client.exec(createMarks);
    const bursar = createBursar({ ...options, database: client });
    await bursar.ready();

    await behaves(bursar as never, {
      write: (tx: { query(text: string): Promise<unknown> }) =>
        tx.query('insert into marks (id) values (1)'),
      count: async () => (await client.query('select 1 from marks')).rows.length,
    });
    await bursar.transaction(async (_, tx) => void (await tx.exec('select 1')));
    await bursar.close();
    await client.close();
  });

  test('Drizzle over PGlite gives its own', async () => {
    const client = await PGlite.create();
    await client.exec(createMarks);
    const db = drizzlePglite({ client });
    const bursar = createBursar({ ...options, database: db });
    await bursar.ready();

    await behaves(bursar as never, {
      write: (tx: { execute: typeof db.execute }) =>
        tx.execute(drizzleSql`insert into marks (id) values (1)`),
      count: async () => (await client.query('select 1 from marks')).rows.length,
    });
    await bursar.close();
    await client.close();
  });

  test('one in memory gives the shape of pg’s clients', async () => {
    const bursar = createBursar({ ...options, database: 'memory://' });
    await bursar.transaction(async (_, tx) => void (await tx.query(createMarks, [])));

    await behaves(bursar as never, {
      write: (tx: { query(text: string): Promise<unknown> }) =>
        tx.query('insert into marks (id) values (1)'),
      count: () =>
        bursar.transaction(
          async (_, tx) => (await tx.query('select 1 from marks', [])).rows.length,
        ),
    });
    await bursar.close();
  });

  test('a verb sent past it is refused at once instead of waiting for ever', async () => {
    const bursar = createBursar({ ...options, database: 'memory://' });
    await bursar.ready();

    const past = bursar.transaction(() => bursar.check({ customer: 'ann', feature: 'api-calls' }));

    await expect(past).rejects.toMatchObject({ code: 'database' });
    await bursar.close();
  });
});
