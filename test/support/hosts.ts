/**
 * Hosts with a database of their own, one per kind of transaction that `bursar.using` takes.
 */
import { prismaTx, type Transaction } from '@bursar/core';
import { PGlite } from '@electric-sql/pglite';
import { sql as drizzleSql } from 'drizzle-orm';
import { drizzle as drizzlePg } from 'drizzle-orm/node-postgres';
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite';
import { drizzle as drizzlePostgres } from 'drizzle-orm/postgres-js';
import pg from 'pg';
import postgres from 'postgres';
import { postgresDatabase } from './databases.ts';

/** What a host writes beside the kit's verbs, in its own words. */
export type Own = { readonly tx: Transaction; write(label: string): Promise<void> };

/** One host: its database, its way to a transaction, its own table of renders, and a nested one that is rolled back. */
export type Host = {
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
/** What a host throws to roll back. */
export const changedItsMind = new Error('The host changed its mind.');

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

async function onPg(): Promise<{ url: string; pool: pg.Pool } & Pick<Host, 'renders' | 'close'>> {
  const { url, drop } = await postgresDatabase();
  const pool = new pg.Pool({ connectionString: url, max: 3 });
  // The pool has ended before its connections have, and dropping the database ends those: nobody would listen then.
  pool.on('connect', (client) => client.on('error', () => {}));
  await pool.query(createRenders);
  return {
    ...{ url, pool },
    renders: async () => (await pool.query(readRenders)).rows.map(labelOf),
    async close() {
      await pool.end();
      await drop();
    },
  };
}

/** @param wrap How its client becomes what `using` takes. */
async function pgHost(wrap: (client: pg.PoolClient) => Transaction): Promise<Host> {
  const { url, pool, ...rest } = await onPg();
  const write = (client: pg.PoolClient) => async (label: string) =>
    void (await client.query(insertRender, [label]));
  return {
    ...rest,
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
  };
}

/** Every kind of transaction that `using` takes. */
export const hosts: Record<string, () => Promise<Host>> = {
  'Drizzle over postgres.js': async () => {
    const { client, ...rest } = await onPostgres();
    return drizzleHost(drizzlePostgres({ client }) as never, rest);
  },
  'Drizzle over PGlite': async () => {
    const { client, ...rest } = await onPglite();
    return drizzleHost(drizzlePglite({ client }) as never, rest);
  },
  'Drizzle over pg': async () => {
    const { url, pool, ...rest } = await onPg();
    return { ...drizzleHost(drizzlePg({ client: pool }) as never, rest), database: url };
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
