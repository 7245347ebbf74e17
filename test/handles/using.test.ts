/**
 * The kit in the host's own transaction, for every kind of handle: both or neither, a refusal that leaves the
 * transaction usable, and listeners who hear what was committed, no more and no less.
 */
import { type BursarEvent, createBursar, prismaTx, type Transaction } from '@bursar/core';
import { PGlite } from '@electric-sql/pglite';
import { sql as drizzleSql } from 'drizzle-orm';
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite';
import { drizzle as drizzlePostgres } from 'drizzle-orm/postgres-js';
import pg from 'pg';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postgresDatabase } from '#test/databases.ts';
import { catalog, eventually, pause } from '#test/kit.ts';
import { silentLogger } from '#test/silent-logger.ts';

/** What a host writes beside the kit's verbs, in its own words. */
type Own = { readonly tx: Transaction; write(label: string): Promise<void> };

/** One host: its database, its way to a transaction, its own table of renders, and a nested one that is rolled back. */
type Host = {
  readonly database: unknown;
  run(work: (own: Own) => Promise<void>): Promise<unknown>;
  /** Runs `work` behind a savepoint and goes back to it. */
  undone?(own: Own, work: (inner: Own) => Promise<void>): Promise<void>;
  renders(): Promise<string[]>;
  close(): Promise<void>;
};

const createRenders = 'create table renders (label text primary key)';
const insertRender = 'insert into renders (label) values ($1)';
const readRenders = 'select label from renders order by label';
const labelOf = (row: unknown) => (row as { label: string }).label;
const changedItsMind = new Error('The host changed its mind.');

async function ignoring(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (error !== changedItsMind) throw error;
  });
}

async function onPostgres(): Promise<{ client: postgres.Sql } & Pick<Host, 'renders' | 'close'>> {
  const { url, drop } = await postgresDatabase();
  const client = postgres(url, { max: 3, onnotice: () => {} });
  await client.unsafe(createRenders);
  return {
    client,
    renders: async () => (await client.unsafe(readRenders)).map(labelOf),
    async close() {
      await client.end();
      await drop();
    },
  };
}

async function postgresJsHost(): Promise<Host> {
  const { client, renders, close } = await onPostgres();
  const own = (tx: postgres.TransactionSql): Own => ({
    tx,
    write: async (label) => void (await tx.unsafe(insertRender, [label])),
  });
  return {
    ...{ database: client, renders, close },
    run: (work) => client.begin((tx) => work(own(tx))),
    undone: ({ tx }, work) =>
      ignoring(
        (tx as postgres.TransactionSql).savepoint(async (inner) => {
          await work(own(inner));
          throw changedItsMind;
        }),
      ),
  };
}

type DrizzleTx = { execute(query: unknown): PromiseLike<unknown>; rollback(): never } & {
  transaction(work: (inner: DrizzleTx) => Promise<void>): Promise<void>;
};

function drizzleHost(
  db: { transaction(work: (tx: never) => Promise<void>): Promise<void> },
  rest: Pick<Host, 'renders' | 'close'>,
): Host {
  const own = (tx: DrizzleTx): Own => ({
    tx,
    write: async (label) =>
      void (await tx.execute(drizzleSql`insert into renders (label) values (${label})`)),
  });
  return {
    ...rest,
    database: db,
    run: (work) => db.transaction((tx: DrizzleTx) => work(own(tx))),
    undone: ({ tx }, work) =>
      ignoring(
        (tx as DrizzleTx).transaction(async (inner) => {
          await work(own(inner));
          throw changedItsMind;
        }),
      ),
  };
}

async function onPglite(): Promise<{ client: PGlite } & Pick<Host, 'renders' | 'close'>> {
  const client = await PGlite.create();
  await client.exec(createRenders);
  return {
    client,
    renders: async () => (await client.query(readRenders)).rows.map(labelOf),
    close: () => client.close(),
  };
}

async function pgliteHost(): Promise<Host> {
  const { client, renders, close } = await onPglite();
  return {
    ...{ database: client, renders, close },
    run: (work) =>
      client.transaction((tx) =>
        work({ tx, write: async (label) => void (await tx.query(insertRender, [label])) }),
      ),
  };
}

/** @param wrap How its client becomes what `using` takes. */
async function pgHost(wrap: (client: pg.PoolClient) => Transaction): Promise<Host> {
  const { url, drop } = await postgresDatabase();
  const pool = new pg.Pool({ connectionString: url, max: 3 });
  await pool.query(createRenders);
  const write = (client: pg.PoolClient) => async (label: string) =>
    void (await client.query(insertRender, [label]));
  return {
    database: url,
    async run(work) {
      const client = await pool.connect();
      try {
        await client.query('begin');
        await work({ tx: wrap(client), write: write(client) });
        await client.query('commit');
      } catch (error) {
        await client.query('rollback');
        throw error;
      } finally {
        client.release();
      }
    },
    renders: async () => (await pool.query(readRenders)).rows.map(labelOf),
    async close() {
      await pool.end();
      await drop();
    },
  };
}

const hosts: Record<string, () => Promise<Host>> = {
  'Drizzle over postgres.js': async () => {
    const { client, ...rest } = await onPostgres();
    return drizzleHost(drizzlePostgres({ client }) as never, rest);
  },
  'Drizzle over PGlite': async () => {
    const { client, ...rest } = await onPglite();
    return drizzleHost(drizzlePglite({ client }) as never, rest);
  },
  'postgres.js': postgresJsHost,
  PGlite: pgliteHost,
  'a pg client': () => pgHost((client) => client),
  'a QueryClient in one line': () =>
    pgHost((client) =>
      prismaTx({
        $queryRawUnsafe: async (text, ...values) => (await client.query(text, values)).rows,
      }),
    ),
};

describe.each(Object.entries(hosts))('in a transaction of %s', (_, makeHost) => {
  const heard: BursarEvent[] = [];
  let host: Host;
  let bursar: ReturnType<typeof makeKit>;
  const makeKit = () => createBursar({ catalog, database: host.database, logger: silentLogger });
  beforeAll(async () => {
    host = await makeHost();
    bursar = makeKit();
    await bursar.ready();
    bursar.events.on('*', (event) => void heard.push(event));
  });
  afterAll(async () => {
    await bursar.close();
    await host.close();
  });
  const typesOf = (customer: string) =>
    heard.filter((event) => event.customer === customer).map((event) => event.type);
  const used = async (customer: string) =>
    (await bursar.check({ customer, feature: 'api-calls' })).used;

  test('a spend and the host’s row are both there after its commit, and listeners hear in order', async () => {
    await host.run(async ({ tx, write }) => {
      const kit = bursar.using(tx);
      const spent = await kit.consume({ customer: 'ann', feature: 'api-calls', amount: 3 });
      await write(spent.transferId);
      await kit.customer('ann').consume({ feature: 'api-calls' });
      expect((await kit.check({ customer: 'ann', feature: 'api-calls' })).used).toBe(4);
      await pause(30);
      expect(typesOf('ann')).toEqual([]);
    });

    expect(await host.renders()).toContainEqual(expect.stringMatching(/^trf_/));
    expect(await used('ann')).toBe(4);
    await eventually(
      () => typesOf('ann').filter((type) => type === 'balance.updated').length === 3,
    );
    expect(typesOf('ann')[0]).toBe('customer.created');
    const sequences = heard.flatMap((event) =>
      event.customer === 'ann' ? (event.sequence ?? []) : [],
    );
    expect(sequences).toEqual([...sequences].sort((one, other) => one - other));
  });

  test('neither is there after its rollback, and nobody hears of it', async () => {
    const working = host.run(async ({ tx, write }) => {
      await bursar.using(tx).subscribe({ customer: 'bob', plan: 'pro' });
      await bursar.using(tx).consume({ customer: 'bob', feature: 'api-calls', amount: 3 });
      await write('bob');
      throw changedItsMind;
    });

    await expect(working).rejects.toBe(changedItsMind);
    expect(await host.renders()).not.toContain('bob');
    expect(await bursar.customers.find({ customer: 'bob' })).toBeNull();
    await pause(150);
    expect(typesOf('bob')).toEqual([]);
    expect((await bursar.ledger.verify()).ok).toBe(true);
  });

  test('a refusal and a twin leave it usable, and its commit commits', async () => {
    const key = { customer: 'cem', feature: 'api-calls', idempotencyKey: 'twin' } as const;
    await bursar.consume({ ...key, amount: 99 });

    await host.run(async ({ tx, write }) => {
      const kit = bursar.using(tx);
      await write('cem before');
      const refused = kit.consume({ customer: 'cem', feature: 'api-calls', amount: 2 });
      await expect(refused).rejects.toMatchObject({ code: 'quota_exceeded' });
      expect(await kit.consume({ ...key, amount: 99 })).toMatchObject({ replayed: true });
      await expect(kit.consume({ ...key, amount: 98 })).rejects.toMatchObject({
        code: 'idempotency_conflict',
      });
      const poor = kit.wallet.debit({ customer: 'cem', unit: 'points', amount: 1 });
      await expect(poor).rejects.toMatchObject({ code: 'insufficient_balance' });
      await kit.subscribe({ customer: 'cem', plan: 'pro' });
      const second = kit.subscribe({ customer: 'cem', plan: 'free' });
      await expect(second).rejects.toMatchObject({ code: 'already_subscribed' });
      await kit.wallet.credit({ customer: 'cem', unit: 'points', amount: 7 });
      await write('cem after');
    });

    expect(await host.renders()).toEqual(expect.arrayContaining(['cem before', 'cem after']));
    expect(await bursar.wallet.balance({ customer: 'cem', unit: 'points' })).toMatchObject({
      available: 7,
    });
    await eventually(() => typesOf('cem').includes('subscription.created'));
    expect(typesOf('cem')).toEqual(
      expect.arrayContaining(['quota.exceeded', 'subscription.created']),
    );
    expect((await bursar.ledger.verify()).ok).toBe(true);
  });

  test('what went back to a savepoint is not there, and what stands in its place alone is heard', async () => {
    const { undone } = host;
    if (!undone) return;
    await bursar.wallet.credit({ customer: 'dan', unit: 'points', amount: 100 });
    heard.length = 0;

    await host.run(async (own) => {
      await undone(own, async (inner) => {
        await bursar.using(inner.tx).wallet.debit({ customer: 'dan', unit: 'points', amount: 60 });
        await bursar.using(inner.tx).subscribe({ customer: 'dan', plan: 'pro' });
      });
      await bursar.using(own.tx).wallet.debit({ customer: 'dan', unit: 'points', amount: 5 });
    });

    await eventually(() => typesOf('dan').length > 0);
    await pause(100);
    expect(typesOf('dan')).toEqual(['balance.updated']);
    expect(heard[0]?.data).toMatchObject({ old: 100, new: 95 });
    expect(await bursar.subscriptions.current({ customer: 'dan' })).toBeNull();
  });

  test('a tenant that nobody has used before begins in it', async () => {
    const kit = bursar.tenant('new here');

    await host.run(async ({ tx }) => {
      await bursar
        .using(tx)
        .tenant('new here')
        .wallet.credit({ customer: 'eve', unit: 'points', amount: 5 });
      await kit.using(tx).wallet.credit({ customer: 'eve', unit: 'points', amount: 6 });
    });

    expect(await kit.wallet.balance({ customer: 'eve', unit: 'points' })).toMatchObject({
      available: 11,
    });
    expect(await bursar.wallet.balance({ customer: 'eve', unit: 'points' })).toMatchObject({
      available: 0,
    });
  });
});
