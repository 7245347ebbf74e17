/** What the second migration adds by hand: append-only books, one live subscription, rows that stay where they are. */
import { beforeAll, expect, test } from 'vitest';
import { type Statement, sql } from '../../packages/core/src/kernel/statement.ts';
import { describeMigrated, type MigratedDatabase } from '../support/kernel.ts';

describeMigrated('the schema', (make, engine) => {
  let made: MigratedDatabase;
  beforeAll(async () => {
    made = await make();
    await run(
      sql`insert into bursar.tenants (id, key) overriding system value values (1, 'one'), (2, 'two')`,
    );
    await run(sql`insert into bursar.units (tenant_id, key) values (1, 'points')`);
    await run(sql`insert into bursar.families (tenant_id, key) values (1, 'main'), (1, 'second')`);
    await run(sql`
      insert into bursar.customers (tenant_id, external_id, created_at, updated_at)
      values (1, 'ann', now(), now()), (1, 'bob', now(), now())`);
    await run(sql`
      insert into bursar.balances (tenant_id, customer_id, unit_id, settled, valid_until, changed_at)
      select 1, id, 1, 1000, 'infinity', now() from bursar.customers`);
    await run(sql`
      insert into bursar.entries (tenant_id, balance_id, sequence, kind, amount, held_amount, settled_after, held_after,
                                  drawn_to, counter, happened_at, booked_at)
      select 1, id, 1, 'credit', 1000, 0, 1000, 0, 0, 'issued', now(), now() from bursar.balances`);
  });

  function run(statement: Statement) {
    return made.database.query(statement);
  }

  test.each([
    'entries',
    'draws',
    'entry_meta',
    'plan_versions',
    'offer_versions',
    'order_history',
    'receipts',
    'audit',
  ])('%s can only grow', async (table) => {
    for (const text of [
      `update bursar.${table} set tenant_id = tenant_id`,
      `delete from bursar.${table}`,
      `truncate bursar.${table} cascade`,
    ]) {
      await expect(run({ text, values: [] })).rejects.toMatchObject({
        code: '23001',
        message: expect.stringContaining('append-only'),
      });
    }
    expect(await run(sql`select count(*)::int as entries from bursar.entries`)).toEqual([
      { entries: 2 },
    ]);
  });

  test('a customer has one live subscription per family at a time, in any order of starts and ends', async () => {
    let count = 0;
    function subscribe(
      customer: number,
      family: number | null,
      start: string,
      end: string | null,
      deleted = false,
    ) {
      return run(sql`
        insert into bursar.subscriptions (tenant_id, id, customer_id, family_id, time_zone, anchor, starts_at, ends_at,
                                          canceled_at, created_at, updated_at, deleted_at)
        values (1, ${`sub_${++count}`}, ${customer}::bigint, ${family}::int, 'UTC', ${start}::text::timestamptz,
                ${start}::text::timestamptz, ${end}::text::timestamptz, ${end && start}::text::timestamptz, now(), now(),
                ${deleted ? start : null}::text::timestamptz)`);
    }
    const taken = expect.objectContaining({ code: '23P01' });

    await subscribe(1, 1, '2026-01-01', '2026-02-01');
    await subscribe(1, 1, '2026-02-01', null);
    await expect(subscribe(1, 1, '2026-03-01', null)).rejects.toEqual(taken);
    await expect(subscribe(1, 1, '2025-01-01', null)).rejects.toEqual(taken);
    await expect(subscribe(1, 1, '2026-01-15', '2026-01-16')).rejects.toEqual(taken);
    await subscribe(1, 1, '2025-01-01', '2026-01-01');
    // An end before its start is over before it began.
    await subscribe(1, 1, '2026-05-01', '2026-04-01');
    await subscribe(1, 1, '2026-03-01', null, true);
    await subscribe(1, 2, '2026-03-01', null);
    await subscribe(2, 1, '2026-03-01', null);
    await subscribe(1, null, '2026-03-01', null);
    await subscribe(1, null, '2026-03-01', null);
  });

  test('hot tables leave room on their pages, and the index of writers keeps up by itself', async () => {
    const rows = await run(sql`
      select relname as name, array_to_string(reloptions, ',') as options from pg_class
       where reloptions is not null and relkind <> 'v' and relnamespace = 'bursar'::regnamespace order by 1`);

    expect(rows).toEqual([
      { name: 'balances', options: 'fillfactor=50' },
      { name: 'entries_by_writer', options: 'autosummarize=on' },
      { name: 'grants', options: 'fillfactor=80' },
      { name: 'hold_legs', options: 'fillfactor=80' },
    ]);
  });

  test.runIf(engine === 'postgres')(
    'a spend rewrites its balance without touching an index',
    async () => {
      for (let times = 0; times < 10; times += 1) {
        await run(sql`
        update bursar.balances set settled = settled - 1, drawn = drawn + 1, sequence = sequence + 1, changed_at = now()
         where tenant_id = 1`);
      }
      await run(sql`select pg_stat_force_next_flush()`);

      const [row] = await run(sql`
      select n_tup_upd::int as updates, n_tup_hot_upd::int as hot from pg_stat_user_tables
       where schemaname = 'bursar' and relname = 'balances'`);
      expect(row?.updates).toBe(20);
      // Few enough for one page: none depends on pruning, which another suite's snapshot may delay.
      expect(row?.hot).toBe(20);
    },
  );
});
