/** The embedded database and a host that uses the same instance: waits end, and what waited is never run. */
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLogger } from '#test/kernel.ts';
import { openDatabase } from './database.ts';
import type { Database } from './lane.ts';
import { sql } from './statement.ts';

let client: PGlite;
let database: Database;

beforeAll(async () => {
  client = await PGlite.create();
  await client.exec('create table marks (id int)');
  database = await openDatabase(client, { logger: silentLogger, acquireMilliseconds: 100 });
});
afterAll(() => client.close());

test('a statement from inside the host transaction ends its wait, says what to use, and is never run', async () => {
  await client.transaction(async () => {
    await expect(database.query(sql`insert into marks (id) values (1)`)).rejects.toMatchObject({
      code: 'database',
      message: expect.stringContaining('using(tx)'),
    });
    await expect(
      database.transaction((lane) => lane.query(sql`insert into marks (id) values (1)`)),
    ).rejects.toMatchObject({ code: 'database' });
  });

  expect(await database.query(sql`select id from marks`)).toEqual([]);
});

test('a statement that only waits its turn is run after the host is done', async () => {
  let enter: () => void = () => {};
  const entered = new Promise<void>((done) => {
    enter = done;
  });
  const hosts = client.transaction(async (transaction) => {
    enter();
    await new Promise((done) => setTimeout(done, 30));
    await transaction.query('insert into marks (id) values (2)');
  });
  await entered;

  expect(await database.query(sql`select id from marks`)).toEqual([{ id: 2 }]);
  await hosts;
});

test('statements the host deallocates are prepared anew', async () => {
  const one = sql`select ${1}::int as one`;
  await database.query(one);

  await client.exec('deallocate all');

  expect(await database.query(one)).toEqual([{ one: 1 }]);
});

test('the host may use its own statements between ours', async () => {
  for (let times = 0; times < 3; times += 1) {
    expect(await database.query(sql`select ${times}::int as times`)).toEqual([{ times }]);
    expect((await client.query('select $1::int as host', [times])).rows).toEqual([{ host: times }]);
    await expect(client.query('select nonsense')).rejects.toThrow();
  }
});

test('a closed handle refuses and leaves the host its instance', async () => {
  const other = await openDatabase(client, { logger: silentLogger });

  await other.close();
  await other.close();

  await expect(other.query(sql`select 1`)).rejects.toMatchObject({ code: 'database' });
  await expect(other.transaction(async () => {})).rejects.toMatchObject({ code: 'database' });
  expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});
