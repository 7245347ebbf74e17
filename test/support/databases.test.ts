/**
 * The databases that every other suite stands on.
 */
import postgres from 'postgres';
import { describe, expect, test } from 'vitest';
import { describeDatabases, postgresDatabase } from './databases.ts';

async function ask<T>(url: string, question: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1 });
  try {
    return await question(sql);
  } finally {
    await sql.end();
  }
}

describe('a PostgreSQL database', () => {
  test('is empty, is version 15 or later and takes 300 connections', async () => {
    const database = await postgresDatabase();

    const [facts] = await ask(
      database.url,
      (sql) => sql`
        select current_setting('server_version_num')::int as version,
               current_setting('max_connections')::int as connections,
               (select count(*)::int from pg_tables where schemaname = 'public') as tables`,
    );

    expect(facts?.version).toBeGreaterThanOrEqual(150_000);
    expect(facts?.tables).toBe(0);
    if (!process.env.TEST_DATABASE_URL) expect(facts?.connections).toBe(300);
    await database.drop();
  });

  test('is another one at each call and is gone once dropped', async () => {
    const [one, other] = await Promise.all([postgresDatabase(), postgresDatabase()]);

    await one.drop();
    await one.drop();

    expect(one.url).not.toBe(other.url);
    await expect(ask(one.url, (sql) => sql`select 1`)).rejects.toMatchObject({ code: '3D000' });
    await other.drop();
  });

  test('starts as a copy of a template that is prepared once', async () => {
    let prepared = 0;
    const template = {
      name: 'one_table',
      prepare: async (url: string) => {
        prepared += 1;
        await ask(url, (sql) => sql`create table marks as select 7 as mark`);
      },
    };

    const databases = await Promise.all([1, 2, 3].map(() => postgresDatabase(template)));

    expect(prepared).toBe(1);
    for (const { url, drop } of databases) {
      expect(await ask(url, (sql) => sql`select mark from marks`)).toEqual([{ mark: 7 }]);
      await drop();
    }
  });
});

describeDatabases('a suite for both engines', (makeUrl, engine) => {
  test('gets a URL of its engine', async () => {
    expect(await makeUrl()).toMatch(engine === 'pglite' ? /^memory:\/\/$/ : /^postgres:\/\//);
  });
});

test('no suite sees DATABASE_URL', () => {
  expect(process.env.DATABASE_URL).toBeUndefined();
});
