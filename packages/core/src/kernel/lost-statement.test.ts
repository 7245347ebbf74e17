/**
 * Statements by themselves while their connections are killed: each ends at once, done or told that it may be.
 */
import postgres from 'postgres';
import { expect, test } from 'vitest';
import { describePostgres } from '#test/databases.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { openDatabase } from './database.ts';
import { isBursarError } from './errors.ts';
import { sql } from './statement.ts';

const kills = 40;
const atOnce = 10;

describePostgres('a statement whose connection is killed', (makeUrl) => {
  test('ends within a second, whenever the kill comes', { timeout: 60_000 }, async () => {
    const url = await makeUrl();
    const database = await openDatabase(url, { logger: silentLogger });
    await database.query(sql`create table public.marks (id int primary key, mark int not null)`);
    await database.query(sql`insert into public.marks values (1, 0)`);
    const admin = postgres(url, { max: 1 });
    const outcomes = { done: 0, lost: 0, slowest: 0 };
    let isOver = false;

    async function mark(): Promise<void> {
      const began = performance.now();
      try {
        await database.query(sql`update public.marks set mark = mark + 1 where id = 1`);
        outcomes.done += 1;
      } catch (error) {
        if (!isBursarError(error) || error.code !== 'database') throw error;
        outcomes.lost += 1;
      }
      outcomes.slowest = Math.max(outcomes.slowest, performance.now() - began);
    }
    const working = Array.from({ length: atOnce }, async () => {
      while (!isOver) await mark();
    });
    for (let kill = 0; kill < kills; kill += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      await admin`
        select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;
    }
    isOver = true;
    await Promise.all(working);

    expect(outcomes.done).toBeGreaterThan(kills);
    expect(outcomes.lost).toBeGreaterThan(0);
    expect(outcomes.slowest).toBeLessThan(1_000);
    await admin.end();
    await database.close();
  });
});
