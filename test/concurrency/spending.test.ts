/**
 * Four processes at once on real PostgreSQL: as many succeed as there are units, whatever way they are taken, and the
 * books are right afterwards. Sized so that reading before writing fails each of them.
 */
import { createBursar } from '@bursar/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalog } from '../support/books.ts';
import { postgresDatabase } from '../support/databases.ts';
import { type RunningProcess, startProcess } from '../support/processes.ts';
import { silentLogger } from '../support/silent-logger.ts';
import type { Outcomes, Task } from './spender.process.ts';

const PROCESSES = 4;

describe('four processes', { timeout: 120_000 }, () => {
  let database: Awaited<ReturnType<typeof postgresDatabase>>;
  let processes: RunningProcess[];
  let bursar: ReturnType<typeof open>;
  const open = () => createBursar({ catalog, database: database.url, logger: silentLogger });
  beforeAll(async () => {
    database = await postgresDatabase();
    bursar = open();
    await bursar.ready();
    const script = new URL('./spender.process.ts', import.meta.url);
    processes = Array.from({ length: PROCESSES }, () =>
      startProcess(script, { parameters: [database.url] }),
    );
    for (const one of processes) expect(await one.line()).toBe('ready');
  });
  afterAll(async () => {
    for (const one of processes) one.tell('end');
    await Promise.all(processes.map((one) => one.ended));
    await bursar.close();
    await database.drop();
  });

  let tenants = 0;
  const fresh = () => {
    tenants += 1;
    return { tenant: `race${tenants}`, kit: bursar.tenant(`race${tenants}`) };
  };
  /** All processes get the task at once; their outcomes are added up. */
  async function race(task: Task): Promise<Outcomes> {
    for (const one of processes) one.tell(JSON.stringify(task));
    const sums: Outcomes = {};
    for (const one of processes) {
      const outcomes = JSON.parse(await one.line()) as Outcomes;
      for (const [word, count] of Object.entries(outcomes)) sums[word] = (sums[word] ?? 0) + count;
    }
    return sums;
  }

  test('of 2,400 spends on 1,000 units exactly 1,000 are accepted', async () => {
    const { tenant, kit } = fresh();
    await kit.wallet.credit({ customer: 'ann', unit: 'points', amount: 1_000 });

    const outcomes = await race({ tenant, do: 'spend', attempts: 600, atOnce: 20 });

    expect(outcomes).toEqual({ accepted: 1_000, insufficient_balance: 1_400 });
    expect(await kit.wallet.balance({ customer: 'ann', unit: 'points' })).toMatchObject({
      settled: 0,
    });
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
  });

  test('100 keys, each used 12 times at once, have 100 effects', async () => {
    const { tenant, kit } = fresh();
    await kit.wallet.credit({ customer: 'ann', unit: 'points', amount: 1_000 });

    const outcomes = await race({ tenant, do: 'spend', attempts: 300, atOnce: 30, keys: 100 });

    expect(outcomes).toEqual({ accepted: 100, replayed: 1_100 });
    expect(await kit.wallet.balance({ customer: 'ann', unit: 'points' })).toMatchObject({
      settled: 900,
    });
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
  });

  test('holds cannot reserve the same units', async () => {
    const { tenant, kit } = fresh();
    await kit.wallet.credit({ customer: 'ann', unit: 'points', amount: 150 });

    const outcomes = await race({ tenant, do: 'hold', attempts: 100, atOnce: 20 });

    expect(outcomes).toEqual({ accepted: 150, insufficient_balance: 250 });
    expect(await kit.wallet.balance({ customer: 'ann', unit: 'points' })).toMatchObject({
      settled: 150,
      held: 150,
      available: 0,
    });
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
  });

  test('the quota of a period is issued once, by whoever touches it first', async () => {
    for (let repeat = 0; repeat < 5; repeat += 1) {
      const { tenant, kit } = fresh();
      const customers = Array.from({ length: 5 }, (_, index) => `c${index}`);

      const outcomes = await race({ tenant, do: 'consume', attempts: 150, atOnce: 15, customers });

      expect(outcomes).toEqual({ accepted: 500, quota_exceeded: 100 });
      expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
    }
  });

  test('a storm of opposite transfers ends with every unit where somebody has it', async () => {
    const { tenant, kit } = fresh();
    const customers = ['ann', 'bob', 'cid'];
    for (const customer of customers)
      await kit.wallet.credit({ customer, unit: 'points', amount: 100 });

    const outcomes = await race({ tenant, do: 'transfer', attempts: 150, atOnce: 10, customers });

    const left = await Promise.all(
      customers.map((customer) => kit.wallet.balance({ customer, unit: 'points' })),
    );
    expect(left.reduce((sum, { settled }) => sum + settled, 0)).toBe(300);
    expect((outcomes.accepted ?? 0) + (outcomes.insufficient_balance ?? 0)).toBe(600);
    expect(outcomes.accepted).toBeGreaterThan(300);
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
  });
});
