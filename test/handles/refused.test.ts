/** What `using` takes for no transaction, at once where it can be told, and before a statement is sent where it can not. */
import { createBursar, type Transaction } from '@bursar/core';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/postgres-js';
import pg from 'pg';
import postgres from 'postgres';
import { describe, expect, test } from 'vitest';
import { describePostgres } from '#test/databases.ts';
import { catalog } from '#test/kit.ts';
import { silentLogger } from '#test/silent-logger.ts';

const ask = { customer: 'ann', feature: 'api-calls' } as const;
const configuration = expect.objectContaining({ code: 'configuration' });

describePostgres('a handle without an open transaction', (makeUrl) => {
  test('is refused, be it a pool, a client or a database', async () => {
    const database = await makeUrl();
    const bursar = createBursar({ catalog, database, logger: silentLogger });
    const sql = postgres(database);
    const pool = new pg.Pool({ connectionString: database });

    for (const handle of [sql, pool, drizzle(sql), database, null, {}]) {
      expect(() => bursar.using(handle as unknown as Transaction)).toThrow(configuration);
    }
    await sql.end();
    await pool.end();
    await bursar.close();
  });

  test('is refused before anything is written when it is a pg client outside BEGIN and COMMIT', async () => {
    const database = await makeUrl();
    const bursar = createBursar({ catalog, database, logger: silentLogger });
    const client = new pg.Client({ connectionString: database });
    await client.connect();
    const kit = bursar.using(client);

    await expect(kit.consume(ask)).rejects.toEqual(configuration);
    await client.query('begin');
    await kit.consume(ask);
    await client.query('commit');
    await expect(kit.consume(ask)).rejects.toEqual(configuration);

    expect((await bursar.check(ask)).used).toBe(1);
    await client.end();
    await bursar.close();
  });
});

describe('on the embedded database, inside the host’s transaction', () => {
  test('a verb that was sent past it ends its wait and says what to use, and nothing of it is run later', async () => {
    const client = await PGlite.create();
    const bursar = createBursar({ catalog, database: client, logger: silentLogger });
    await bursar.ready();
    await client.exec('create table renders (label text)');

    await client.transaction(async (tx) => {
      await expect(bursar.consume(ask)).rejects.toMatchObject({
        code: 'database',
        message: expect.stringContaining('bursar.using(tx)'),
      });
      await bursar.using(tx).consume({ ...ask, amount: 2 });
      await tx.query("insert into renders values ('here')");
    });

    expect((await bursar.check(ask)).used).toBe(2);
    expect((await client.query('select from renders')).rows).toHaveLength(1);
    await bursar.close();
    await client.close();
  }, 60_000);
});
