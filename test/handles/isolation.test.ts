/**
 * What is refused or fails where a host's transaction is stricter than the kit's own: nothing is tried again behind its
 * back, and the failure is the one its own retries know.
 */
import { createBursar } from '@bursar/core';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describePostgres } from '#test/databases.ts';
import { catalog } from '#test/kit.ts';
import { silentLogger } from '#test/silent-logger.ts';

const serialisation = { code: '40001' };

describePostgres('a host’s transaction above READ COMMITTED', (makeUrl) => {
  const makeKit = (sql: postgres.Sql) =>
    createBursar({ catalog, database: sql, logger: silentLogger });
  let sql: postgres.Sql;
  let bursar: ReturnType<typeof makeKit>;
  beforeAll(async () => {
    sql = postgres(await makeUrl(), { max: 3, onnotice: () => {} });
    bursar = makeKit(sql);
    await bursar.ready();
    await sql`create table renders (label text primary key)`;
  });
  afterAll(async () => {
    await bursar.close();
    await sql.end();
  });
  const points = { customer: 'ann', unit: 'points' } as const;

  /** Reads first, so that its snapshot is older than whatever `work` does elsewhere. */
  function within<T>(level: string, work: (tx: postgres.TransactionSql) => Promise<T>) {
    return sql.begin(`isolation level ${level}`, async (tx) => {
      await tx`select count(*) from renders`;
      return work(tx);
    });
  }

  test('cannot see a tenant that begins beside it, and succeeds when it is begun again', async () => {
    const signUp = () =>
      within('repeatable read', (tx) =>
        bursar
          .tenant('acme')
          .using(tx)
          .wallet.credit({ ...points, amount: 5 }),
      );

    await expect(signUp()).rejects.toMatchObject(serialisation);
    expect(await signUp()).toMatchObject({ available: 5 });
  });

  test.each(['repeatable read', 'serializable'])(
    'at %s has its conflicts to itself, and nothing of it is tried again or left',
    async (level) => {
      await bursar.wallet.credit({ ...points, amount: 100 });
      const before = await bursar.wallet.balance(points);
      let tries = 0;

      const conflicting = within(level, async (tx) => {
        tries += 1;
        await bursar.wallet.debit({ ...points, amount: 1 });
        await tx`insert into renders values ('conflicting')`;
        await bursar.using(tx).wallet.debit({ ...points, amount: 2 });
      });

      await expect(conflicting).rejects.toMatchObject(serialisation);
      expect(tries).toBe(1);
      expect(await sql`select label from renders`).toEqual([]);
      expect((await bursar.wallet.balance(points)).settled).toBe(before.settled - 1);
    },
  );

  test.each(['repeatable read', 'serializable'])(
    'at %s commits where nobody was in its way, after a refusal and after a twin',
    async (level) => {
      const ask = { customer: `alone at ${level}`, feature: 'api-calls' } as const;
      await bursar.consume({ ...ask, idempotencyKey: 'twin' });

      await within(level, async (tx) => {
        const kit = bursar.using(tx);
        await expect(kit.consume({ ...ask, amount: 100 })).rejects.toMatchObject({
          code: 'quota_exceeded',
        });
        expect(await kit.consume({ ...ask, idempotencyKey: 'twin' })).toMatchObject({
          replayed: true,
        });
        await kit.consume({ ...ask, amount: 99 });
        await tx`insert into renders values (${level})`;
      });

      expect((await bursar.check(ask)).used).toBe(100);
      expect(await sql`select from renders where label = ${level}`).toHaveLength(1);
      expect((await bursar.ledger.verify()).ok).toBe(true);
    },
  );
});
