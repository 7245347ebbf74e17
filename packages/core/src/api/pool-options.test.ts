/** The pool's limits as a host sets them: what cannot be is refused at once, and what is set holds. */
import postgres from 'postgres';
import { describe, expect, test } from 'vitest';
import { describePostgres } from '#test/databases.ts';
import { catalog } from '#test/kit.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { createBursar } from '../bursar.ts';
import { readPool } from './pool-options.ts';

const options = { catalog, logger: silentLogger };
const ask = { customer: 'ann', feature: 'api-calls' } as const;

test('what is not said has its default', () => {
  const defaults = {
    connectionsMax: 10,
    acquireMilliseconds: 5_000,
    statementMilliseconds: 15_000,
    lockMilliseconds: 3_000,
  };

  expect(readPool()).toEqual(defaults);
  expect(readPool({ connectionsMax: 3, lockMilliseconds: undefined })).toEqual({
    ...defaults,
    connectionsMax: 3,
  });
});

describe('a pool is refused at once, by the option’s name,', () => {
  test.each([
    ['without connections', { connectionsMax: 0 }, 'pool.connectionsMax'],
    ['with half of one', { connectionsMax: 2.5 }, 'pool.connectionsMax'],
    ['with more than any server has', { connectionsMax: 100_000 }, 'pool.connectionsMax'],
    ['that waits for ever', { acquireMilliseconds: Infinity }, 'pool.acquireMilliseconds'],
    [
      'whose statements may run for ever',
      { statementMilliseconds: 0 },
      'pool.statementMilliseconds',
    ],
    ['whose limit is a text', { statementMilliseconds: '15s' }, 'pool.statementMilliseconds'],
    ['that would go back in time', { lockMilliseconds: -1 }, 'pool.lockMilliseconds'],
    [
      'whose locks outlast its statements',
      { statementMilliseconds: 1_000, lockMilliseconds: 2_000 },
      'pool.lockMilliseconds',
    ],
    ['with a key that is not known', { max: 5 }, 'pool.max'],
    ['that is a number', 5, 'pool'],
    ['that is a list', [], 'pool'],
  ])('%s', (_, pool, option) => {
    expect(() => createBursar({ ...options, database: 'memory://', pool } as never)).toThrow(
      expect.objectContaining({ code: 'configuration', details: { option } }),
    );
  });

  test('with a limit on locks that a pooler would drop', () => {
    const pool = { lockMilliseconds: 1_000 };

    expect(() => createBursar({ ...options, prepare: false, pool })).toThrow(
      expect.objectContaining({
        code: 'configuration',
        details: { option: 'pool.lockMilliseconds' },
      }),
    );
  });
});

describePostgres('a kit', (makeUrl) => {
  test('opens no more connections than it may, and who waits for one waits no longer than it may', async () => {
    const database = await makeUrl();
    const pool = { connectionsMax: 2, acquireMilliseconds: 200 };
    const bursar = createBursar({ ...options, database, pool, cache: false });
    await bursar.consume(ask);
    const other = postgres(database, { max: 1 });
    const lock = await other.reserve();
    await lock`begin`;
    await lock`lock table bursar.balances in access exclusive mode`;

    let refused = 0;
    const checks = Array.from({ length: 6 }, (_, number) =>
      bursar.check({ ...ask, customer: `c${number}` }).catch((error: unknown) => {
        refused += 1;
        return error;
      }),
    );
    const since = performance.now();
    const late = await Promise.race(checks);
    const waited = performance.now() - since;
    // Four wait for one of two connections: once the fourth was turned away nobody can get what the commit sets free.
    await expect.poll(() => refused).toBe(4);
    const [open] = await lock`
      select count(*)::int as count from pg_stat_activity
       where datname = current_database() and application_name = 'bursar'`;
    await lock`commit`;
    lock.release();
    const answers = await Promise.all(checks);

    expect(late).toMatchObject({
      code: 'database',
      message: expect.stringContaining('within 200 ms'),
    });
    expect(waited).toBeLessThan(2_000);
    expect(open?.count).toBe(2);
    expect(answers.filter((one) => (one as { allowed?: boolean }).allowed)).toHaveLength(2);
    await other.end();
    await bursar.close();
  });

  test('waits for a lock no longer than it may, and nothing is written', async () => {
    const database = await makeUrl();
    const bursar = createBursar({ ...options, database, pool: { lockMilliseconds: 20 } });
    await bursar.consume(ask);
    const other = postgres(database, { max: 1 });
    const lock = await other.reserve();
    await lock`begin`;
    await lock`select id from bursar.balances for update`;

    await expect(bursar.consume(ask)).rejects.toMatchObject({ code: 'database' });

    await lock`rollback`;
    lock.release();
    expect((await bursar.check({ ...ask, amount: 0 })).used).toBe(1);
    await other.end();
    await bursar.close();
  });

  test('tells the server its limits', async () => {
    const pool = { statementMilliseconds: 2_000, lockMilliseconds: 500 };
    const bursar = createBursar({ ...options, database: await makeUrl(), pool });
    await bursar.ready();

    const limits = await bursar.transaction(async (_, tx) => shown(tx));

    expect(limits).toEqual({ statement: '2s', lock: '500ms', idle: '4s' });
    await bursar.close();
  });
});

/** As the transaction's own connection has them. */
async function shown(tx: unknown): Promise<unknown> {
  const client = tx as { query(text: string): Promise<{ rows: unknown[] }> };
  const { rows } = await client.query(
    `select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
            current_setting('idle_in_transaction_session_timeout') as idle`,
  );
  return rows[0];
}
