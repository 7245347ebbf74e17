/** Four processes on one database that do the same task at once; what came of it, added up. */
import { createBursar } from '@bursar/core';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { Outcomes, Task } from '../concurrency/spender.process.ts';
import { catalog } from './books.ts';
import { migrated, postgresDatabase } from './databases.ts';
import { type RunningProcess, startProcess } from './processes.ts';
import { silentLogger } from './silent-logger.ts';

const PROCESSES = 4;

type Kit = ReturnType<typeof open>;

export type Racers = {
  /** A tenant nobody has used, and this process's kit for it. */
  fresh(): { tenant: string; kit: ReturnType<Kit['tenant']> };
  /** Entries that are not the next of their balance, by their numbers or by what they say was settled after them. */
  outOfTurn(tenant: string): Promise<unknown[]>;
  /** All processes get the task at once; their outcomes are added up. */
  race(task: Task): Promise<Outcomes>;
};

function open(database: string) {
  return createBursar({ catalog, database, logger: silentLogger });
}

/** A suite on real PostgreSQL with four processes beside its own; the database goes with it. */
export function describeRaces(name: string, suite: (racers: Racers) => void): void {
  describe(name, { timeout: 120_000 }, () => {
    let database: Awaited<ReturnType<typeof postgresDatabase>>;
    let processes: RunningProcess[] = [];
    let bursar: Kit;
    let tenants = 0;
    beforeAll(async () => {
      database = await postgresDatabase(migrated);
      bursar = open(database.url);
      await bursar.ready();
      const script = new URL('../concurrency/spender.process.ts', import.meta.url);
      const parameters = [database.url];
      processes = Array.from({ length: PROCESSES }, () => startProcess(script, { parameters }));
      for (const one of processes) expect(await one.line()).toBe('ready');
    });
    afterAll(async () => {
      for (const one of processes) one.tell('end');
      await Promise.all(processes.map((one) => one.ended));
      await bursar.close();
      await database.drop();
    });

    suite({
      fresh() {
        tenants += 1;
        return { tenant: `race${tenants}`, kit: bursar.tenant(`race${tenants}`) };
      },
      outOfTurn: (tenant) => outOfTurn(database.url, tenant),
      async race(task) {
        for (const one of processes) one.tell(JSON.stringify(task));
        const sums: Outcomes = {};
        for (const one of processes) {
          const outcomes = JSON.parse(await one.line()) as Outcomes;
          for (const [word, count] of Object.entries(outcomes))
            sums[word] = (sums[word] ?? 0) + count;
        }
        return sums;
      },
    });
  });
}

async function outOfTurn(url: string, tenant: string): Promise<unknown[]> {
  const admin = postgres(url, { max: 1 });
  const found = await admin`
    select * from (
      select balance_id, sequence, settled_after, row_number() over its_balance as place, sum(amount) over its_balance as sum
        from bursar.entries
       where tenant_id = (select id from bursar.tenants where key = ${tenant})
      window its_balance as (partition by balance_id order by sequence)
    ) as entry
     where sequence <> place or settled_after <> sum`;
  await admin.end();
  return [...found];
}
