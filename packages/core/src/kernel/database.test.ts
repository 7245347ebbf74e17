/** One handle over both drivers: the same rows to the same codec, whatever the host handed in. */
import { PGlite } from '@electric-sql/pglite';
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite';
import { drizzle as drizzlePostgres } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { describeEmptyDatabases, describePostgres } from '#test/databases.ts';
import { silentLogger } from '#test/kernel.ts';
import { bigintOrNull, document, flag, instant, integer, text, textOrNull } from './codec.ts';
import { openDatabase } from './database.ts';
import type { Database } from './lane.ts';
import { at, BEFORE_ALL, FOREVER, json, sql } from './statement.ts';

const largest = Number.MAX_SAFE_INTEGER;

describeEmptyDatabases('a database handle', (makeUrl) => {
  let database: Database;
  beforeAll(async () => {
    database = await openDatabase(await makeUrl(), { logger: silentLogger });
  });
  afterAll(() => database.close());

  test('carries whole numbers to 2^53 - 1 both ways and in sums, and refuses to read beyond', async () => {
    await database.query(sql`create table amounts (amount bigint not null)`);
    await database.query(
      sql`insert into amounts (amount) values (${largest}), (${-largest}), (${largest}), (0)`,
    );

    const rows = await database.query(sql`select amount from amounts order by amount limit 10`);
    const [sums] = await database.query(sql`
      select sum(amount) as sum, sum(amount) filter (where amount > 0) as beyond, ${largest}::bigint + 1 as more from amounts`);

    expect(rows.map((row) => integer(row.amount))).toEqual([-largest, 0, largest, largest]);
    expect(integer(sums?.sum)).toBe(largest);
    expect(() => integer(sums?.beyond)).toThrow(RangeError);
    expect(() => integer(sums?.more)).toThrow(RangeError);
    expect(Object.is(integer('-0'), 0)).toBe(true);
  });

  test('carries every other kind of value', async () => {
    const now = new Date('2026-03-01T12:34:56.789Z');
    const data = { a: [1, 'zwei', null, true], ключ: { nested: '…' } };

    const [row] = await database.query(sql`
      select ${'text “ü” 🦔'}::text as text, ${null}::text as nothing, ${true}::boolean as yes, ${false}::boolean as no,
             ${at(now)}::text::timestamptz as now, ${at(FOREVER)}::text::timestamptz as forever,
             ${at(BEFORE_ALL)}::text::timestamptz as before_all, ${at(null)}::text::timestamptz as never,
             ${json(data)}::text::jsonb as data, ${json([])}::text::jsonb as list,
             ${-(2n ** 63n)}::bigint as hash, ${3}::int as small, 1.5::float8 as half`);

    expect(text(row?.text)).toBe('text “ü” 🦔');
    expect(textOrNull(row?.nothing)).toBeNull();
    expect([flag(row?.yes), flag(row?.no)]).toEqual([true, false]);
    expect(instant(row?.now)).toEqual(now);
    expect([instant(row?.forever), instant(row?.before_all)]).toEqual([FOREVER, BEFORE_ALL]);
    expect(row?.never).toBeNull();
    expect(document(row?.data)).toEqual(data);
    expect(document(row?.list)).toEqual([]);
    expect(bigintOrNull(row?.hash)).toBe(-(2n ** 63n));
    expect([row?.small, row?.half, row?.yes]).toEqual([3, 1.5, true]);
  });

  test('keeps all of a transaction or nothing', async () => {
    await database.query(sql`create table marks (id int primary key)`);

    await database.transaction((lane) => lane.query(sql`insert into marks (id) values (1)`));
    const failed = database.transaction(async (lane) => {
      await lane.query(sql`insert into marks (id) values (2)`);
      await lane.query(sql`insert into marks (id) values (1)`);
    });

    await expect(failed).rejects.toMatchObject({ code: '23505' });
    expect(await database.query(sql`select id from marks limit 10`)).toEqual([{ id: 1 }]);
  });

  test('runs one statement after another failed, prepared or not', async () => {
    for (let times = 0; times < 3; times += 1) {
      await expect(database.query(sql`select 1 / ${0}::int as nothing`)).rejects.toMatchObject({
        code: '22012',
      });
      await expect(database.query(sql`select 1 from missing`)).rejects.toMatchObject({
        code: '42P01',
      });
      expect(await database.query(sql`select ${times}::int as times`)).toEqual([{ times }]);
    }
  });

  test('notices that a prepared statement no longer fits its table', async () => {
    await database.query(sql`create table shapes (id int)`);
    await database.query(sql`insert into shapes (id) values (1)`);
    const all = { text: 'select * from shapes', values: [] };
    await database.query(all);

    await database.query(sql`alter table shapes add column name text`);

    expect(await database.query(all)).toEqual([{ id: 1, name: null }]);
  });

  test('keeps its tables in the schema it was given', async () => {
    const billing = await openDatabase(await makeUrl(), {
      logger: silentLogger,
      schema: 'billing',
    });
    await billing.query(sql`create schema billing`);
    await billing.query(sql`create table bursar.things (id int)`);

    await billing.query(sql`insert into bursar.things (id) values (7)`);

    expect(await billing.query(sql`select id from billing.things`)).toEqual([{ id: 7 }]);
    await billing.close();
  });

  test.each(['', 'Bursar', 'a.b', 'a"b', 'x'.repeat(64), '1st'])(
    'refuses schema %j',
    async (schema) => {
      await expect(
        openDatabase('memory://', { logger: silentLogger, schema }),
      ).rejects.toMatchObject({ code: 'configuration' });
    },
  );
});

describe('opening a database', () => {
  afterEach(() => vi.unstubAllEnvs());

  test.each([undefined, null, 5, {}, '', 'mysql://x', 'memory', () => {}])(
    'refuses %j',
    async (target) => {
      await expect(openDatabase(target, { logger: silentLogger })).rejects.toMatchObject({
        code: 'configuration',
      });
    },
  );

  test('refuses the embedded database in production, unless told otherwise', async () => {
    vi.stubEnv('NODE_ENV', 'production');

    await expect(openDatabase('memory://', { logger: silentLogger })).rejects.toMatchObject({
      code: 'configuration',
    });
    const opened = await PGlite.create();
    await expect(openDatabase(opened, { logger: silentLogger })).rejects.toMatchObject({
      code: 'configuration',
    });
    await opened.close();
    const allowed = await openDatabase('memory://', { logger: silentLogger, allowEmbedded: true });

    await allowed.ping();
    await allowed.close();
  });

  test('takes an open PGlite, also under Drizzle, and leaves it open', async () => {
    const client = await PGlite.create();
    for (const handle of [client, drizzlePglite({ client })]) {
      const database = await openDatabase(handle, { logger: silentLogger });
      expect(await database.query(sql`select 1 as one`)).toEqual([{ one: 1 }]);
      await database.close();
    }

    expect(client.closed).toBe(false);
    await client.close();
  });
});

describePostgres('an open postgres.js client', (makeUrl) => {
  test('also under Drizzle, lends its address only: its transforms and parsers do not reach us', async () => {
    const client = postgres(await makeUrl(), {
      max: 1,
      transform: postgres.camel,
      types: { bigint: postgres.BigInt },
      onnotice: () => {},
    });
    for (const handle of [client, drizzlePostgres({ client })]) {
      const database = await openDatabase(handle, { logger: silentLogger });
      const [row] = await database.query(sql`select 5::bigint as valid_until`);
      expect(row).toEqual({ valid_until: '5' });
      await database.close();
    }

    expect(await client`select 1 as one`).toEqual([{ one: 1 }]);
    await client.end();
  });
});
