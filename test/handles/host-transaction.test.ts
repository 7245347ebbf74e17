/**
 * The host's own transaction as a lane, for every kind of handle a host may have, with whatever it has set on it.
 *
 * It lies here and not beside the kernel because pg is no dependency of the package.
 */
import { PGlite } from '@electric-sql/pglite';
import { drizzle as drizzlePg } from 'drizzle-orm/node-postgres';
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite';
import { drizzle as drizzlePostgres } from 'drizzle-orm/postgres-js';
import pg from 'pg';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeEmptyPostgres } from '#test/databases.ts';
import { document, flag, instant, integer, text } from '../../packages/core/src/kernel/codec.ts';
import {
  adaptTransaction,
  type HostTransaction,
  type Lane,
  type QueryClient,
} from '../../packages/core/src/kernel/index.ts';
import { at, FOREVER, json, sql } from '../../packages/core/src/kernel/statement.ts';

const now = new Date('2026-03-01T12:34:56.789Z');

/** Everything a lane must do; then the host goes on with its own and commits, or rolls back. */
async function exercise(lane: Lane): Promise<void> {
  const [row] = await lane.query(sql`
    select ${7}::bigint as drawn_to, ${true}::boolean as is_open, ${at(now)}::text::timestamptz as happened_at,
           ${at(FOREVER)}::text::timestamptz as valid_until, ${json({ a_key: [1] })}::text::jsonb as data,
           ${'ü'}::text as external_id, null::bigint as cap_left, ${2n ** 62n}::bigint as request_hash`);
  expect(integer(row?.drawn_to)).toBe(7);
  expect(flag(row?.is_open)).toBe(true);
  expect(instant(row?.happened_at)).toEqual(now);
  expect(instant(row?.valid_until)).toEqual(FOREVER);
  expect(document(row?.data)).toEqual({ a_key: [1] });
  expect(text(row?.external_id)).toBe('ü');
  expect(row?.cap_left).toBeNull();
  expect(text(row?.request_hash)).toBe((2n ** 62n).toString());
  expect(await lane.query(sql`select 1 as one where ${false}::boolean`)).toEqual([]);
  await lane.query(sql`insert into bursar.marks (id) values (${1})`);
}

type Host = (work: (transaction: HostTransaction) => Promise<void>) => Promise<unknown>;

const createMarks = 'create schema bursar; create table bursar.marks (id bigint not null)';

function behavesLikeTheHosts(host: () => Host, count: () => Promise<number>): void {
  test('commits with the host', async () => {
    await host()((transaction) => exercise(adaptTransaction(transaction)));

    expect(await count()).toBe(1);
  });

  test('rolls back with the host', async () => {
    const before = await count();
    const work = host()(async (transaction) => {
      await exercise(adaptTransaction(transaction));
      throw new Error('The host changed its mind.');
    });

    await expect(work).rejects.toThrow();
    expect(await count()).toBe(before);
  });
}

describeEmptyPostgres('a transaction of', (makeUrl) => {
  let url: string;
  let admin: postgres.Sql;
  const closers: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    url = await makeUrl();
    admin = postgres(url, { max: 1, onnotice: () => {} });
    await admin.unsafe(createMarks);
  });
  afterAll(async () => {
    for (const close of closers) await close();
    await admin.end();
  });

  async function count(): Promise<number> {
    const [row] = await admin`select count(*)::int as count from bursar.marks`;
    return row?.count as number;
  }
  async function freshCount(): Promise<number> {
    const marks = await count();
    if (marks > 0)
      await admin`delete from bursar.marks where ctid in (select ctid from bursar.marks offset 1)`;
    return count();
  }

  const postgresJs = {
    plain: {},
    'with camel case and bigints': {
      transform: postgres.camel,
      types: { bigint: postgres.BigInt },
    },
    'with Pascal case, unprepared': { transform: postgres.pascal, prepare: false },
    'with kebab case': { transform: postgres.kebab },
  };
  for (const [name, options] of Object.entries(postgresJs)) {
    describe(`postgres.js, ${name},`, () => {
      let client: postgres.Sql;
      beforeAll(async () => {
        await admin`delete from bursar.marks`;
        client = postgres(url, { max: 2, onnotice: () => {}, ...options }) as never;
        closers.push(() => client.end());
      });
      behavesLikeTheHosts(
        () => (work) => client.begin((transaction) => work(transaction)),
        freshCount,
      );

      test('also from a savepoint', async () => {
        const before = await count();
        await client.begin(async (transaction) => {
          await transaction.savepoint((inner) => exercise(adaptTransaction(inner)));
        });

        expect(await count()).toBe(before + 1);
      });
    });
  }

  describe('Drizzle over postgres.js', () => {
    let client: postgres.Sql;
    beforeAll(async () => {
      await admin`delete from bursar.marks`;
      client = postgres(url, { max: 2 });
      closers.push(() => client.end());
    });
    behavesLikeTheHosts(
      () => (work) => drizzlePostgres({ client }).transaction((transaction) => work(transaction)),
      freshCount,
    );

    test('also nested', async () => {
      const before = await count();
      await drizzlePostgres({ client }).transaction((outer) =>
        outer.transaction((inner) => exercise(adaptTransaction(inner))),
      );

      expect(await count()).toBe(before + 1);
    });
  });

  describe('pg, as client and under Drizzle,', () => {
    let pool: pg.Pool;
    beforeAll(async () => {
      await admin`delete from bursar.marks`;
      pool = new pg.Pool({ connectionString: url, max: 2 });
      closers.push(() => pool.end());
    });
    const viaClient: Host = async (work) => {
      const client = await pool.connect();
      // A host may have swapped the parsers.
      client.setTypeParser(1184, () => ({ not: 'a date' }));
      try {
        await client.query('begin');
        await work(client);
        await client.query('commit');
      } catch (error) {
        await client.query('rollback');
        throw error;
      } finally {
        client.release();
      }
    };
    behavesLikeTheHosts(() => viaClient, freshCount);
    behavesLikeTheHosts(
      () => (work) => drizzlePg({ client: pool }).transaction((transaction) => work(transaction)),
      freshCount,
    );

    test('and as one line around anything else', async () => {
      const before = await count();
      await viaClient((client) => {
        const { query } = client as QueryClient;
        const line: QueryClient = { query: (words, values) => query.call(client, words, values) };
        return adaptTransaction(line)
          .query(sql`insert into bursar.marks (id) values (${1})`)
          .then(() => {});
      });

      expect(await count()).toBe(before + 1);
    });
  });

  test('a pool or a database is refused, whosever it is', async () => {
    const client = postgres(url);
    const pool = new pg.Pool({ connectionString: url });
    const embedded = await PGlite.create();
    const handles = [
      client,
      pool,
      embedded,
      drizzlePostgres({ client }),
      drizzlePg({ client: pool }),
      drizzlePglite({ client: embedded }),
      null,
      undefined,
      5,
      {},
      'tx',
    ];

    for (const handle of handles) {
      expect(() => adaptTransaction(handle as never)).toThrow(
        expect.objectContaining({ code: 'configuration' }),
      );
    }
    // @ts-expect-error A pool is no transaction.
    expect(() => adaptTransaction(pool)).toThrow();
    // @ts-expect-error Nor is a postgres.js client.
    expect(() => adaptTransaction(client)).toThrow();
    // @ts-expect-error Nor is an embedded database.
    expect(() => adaptTransaction(embedded)).toThrow();
    // @ts-expect-error Nor is a Drizzle database.
    expect(() => adaptTransaction(drizzlePostgres({ client }))).toThrow();
    // @ts-expect-error Nor is a Drizzle database.
    expect(() => adaptTransaction(drizzlePg({ client: pool }))).toThrow();
    // @ts-expect-error Nor is a Drizzle database.
    expect(() => adaptTransaction(drizzlePglite({ client: embedded }))).toThrow();
    await client.end();
    await pool.end();
    await embedded.close();
  });
});

describe('a transaction of PGlite, plain and under Drizzle,', () => {
  let client: PGlite;
  beforeAll(async () => {
    client = await PGlite.create();
    await client.exec(createMarks);
  });
  afterAll(() => client.close());

  async function freshCount(): Promise<number> {
    await client.exec(
      'delete from bursar.marks where ctid in (select ctid from bursar.marks offset 1)',
    );
    const { rows } = await client.query<{ count: number }>(
      'select count(*)::int as count from bursar.marks',
    );
    return rows[0]?.count ?? -1;
  }
  behavesLikeTheHosts(
    () => (work) => client.transaction((transaction) => work(transaction)),
    freshCount,
  );
  behavesLikeTheHosts(
    () => (work) => drizzlePglite({ client }).transaction((transaction) => work(transaction)),
    freshCount,
  );
});
