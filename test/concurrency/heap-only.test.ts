/** A spend leaves every index of its balance alone: else each would cost one more entry in each of them, and vacuum its time. */
import { expect, test } from 'vitest';
import { integer, sql } from '../../packages/core/src/kernel/index.ts';
import { describeBooks, fill, taken } from '../support/fresh-books.ts';

describeBooks(
  'spends',
  (fresh) => {
    test('rewrite their balance on its own page, 95 times of 100', async () => {
      const { scope } = await fresh();
      await fill(scope, 1_000);
      const before = await updates();

      for (let times = 0; times < 500; times += 1) await taken(scope, 'points', 1);
      const after = await updates();

      expect(after.all - before.all).toBe(500);
      expect(after.hot - before.hot).toBeGreaterThanOrEqual(475);

      async function updates(): Promise<{ all: number; hot: number }> {
        await scope.run(sql`select pg_stat_force_next_flush()`);
        return scope.one(
          sql`
          select n_tup_upd, n_tup_hot_upd from pg_stat_user_tables
           where schemaname = 'bursar' and relname = 'balances'`,
          (row) => ({ all: integer(row.n_tup_upd), hot: integer(row.n_tup_hot_upd) }),
        );
      }
    });
  },
  ['postgres'],
);
