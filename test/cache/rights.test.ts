/**
 * Rights from memory are never wrong: not past an instant, not after a change here or elsewhere, not while nothing can be
 * heard. A hit sends no statement.
 */
import { createBursar } from '@bursar/core';
import { testClock } from '@bursar/core/testing';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { catalog } from '../support/books.ts';
import { describeDatabases, postgresDatabase } from '../support/databases.ts';
import { silentLogger } from '../support/silent-logger.ts';

const reports = { customer: 'ann', feature: 'track-time' } as const;

describeDatabases('rights in memory', (makeUrl) => {
  test('end at the instant at which time ends them', async () => {
    const clock = testClock('2026-01-10T00:00:00Z');
    const database = await makeUrl();
    const bursar = createBursar({ catalog, database, clock, logger: silentLogger });
    await bursar.subscribe({ customer: 'ann', plan: 'pro', startsAt: '2026-01-11T00:00:00Z' });
    await bursar.subscriptions.cancel({ customer: 'ann', at: new Date('2026-01-20T00:00:00Z') });
    const seen: boolean[] = [];

    for (const at of [
      '2026-01-10T23:59:59.999Z',
      '2026-01-11T00:00:00Z',
      '2026-01-19T23:59:59.999Z',
      '2026-01-20T00:00:00Z',
    ]) {
      await bursar.advanceTo(at);
      // Twice: once read, once remembered.
      for (let times = 0; times < 2; times += 1) seen.push((await bursar.check(reports)).allowed);
    }

    expect(seen).toEqual([false, false, true, true, true, true, false, false]);
    await bursar.close();
  });

  test('follow every change of this process at once', async () => {
    const bursar = createBursar({ catalog, database: await makeUrl(), logger: silentLogger });
    const allowed = async () => (await bursar.check(reports)).allowed;

    const seen = [await allowed(), await allowed()];
    await bursar.subscribe({ customer: 'ann', plan: 'pro' });
    seen.push(await allowed(), await allowed());
    await bursar.subscriptions.cancel({ customer: 'ann', at: 'now' });
    seen.push(await allowed());

    expect(seen).toEqual([false, false, true, true, false]);
    await bursar.close();
  });
});

describe('rights in memory of several processes', () => {
  let database: Awaited<ReturnType<typeof postgresDatabase>>;
  let admin: postgres.Sql;
  const open = () => createBursar({ catalog, database: database.url, logger: silentLogger });
  let one: ReturnType<typeof open>;
  let other: ReturnType<typeof open>;
  beforeAll(async () => {
    database = await postgresDatabase();
    admin = postgres(database.url, { max: 1 });
    one = open();
    other = open();
    await one.ready();
    await other.ready();
    await hears(2);
  });
  afterAll(async () => {
    await one.close();
    await other.close();
    await admin.end();
    await database.drop();
  });

  const listeners = () =>
    admin`select pid from pg_stat_activity where datname = current_database() and query like 'listen %'`;
  /** Until so many connections listen. */
  async function hears(wanted: number): Promise<void> {
    await vi.waitFor(async () => expect(await listeners()).toHaveLength(wanted), 5_000);
  }
  let tenants = 0;
  const fresh = () => {
    tenants += 1;
    return [one.tenant(`t${tenants}`), other.tenant(`t${tenants}`)] as const;
  };
  const statements = async () => {
    const [row] =
      await admin`select sum(xact_commit)::int as count from pg_stat_database where datname = current_database()`;
    return Number(row?.count);
  };

  test('are decided without a statement', async () => {
    const [kit] = fresh();
    await kit.subscribe({ customer: 'ann', plan: 'pro' });
    await kit.check(reports);
    await admin`select pg_stat_force_next_flush()`;

    const before = await statements();
    for (let times = 0; times < 500; times += 1)
      expect((await kit.check(reports)).allowed).toBe(true);

    expect((await statements()) - before).toBeLessThan(20);
  });

  test('follow what another process commits within a second, and nothing that it rolls back', async () => {
    const [here, there] = fresh();
    await there.subscribe({ customer: 'ann', plan: 'pro' });
    expect((await here.check(reports)).allowed).toBe(true);

    await other
      .transaction(async (kit) => {
        await kit.tenant(`t${tenants}`).subscriptions.cancel({ customer: 'ann', at: 'now' });
        throw new Error('never mind');
      })
      .catch(() => {});
    expect((await here.check(reports)).allowed).toBe(true);
    await there.subscriptions.cancel({ customer: 'ann', at: 'now' });

    await expect
      .poll(async () => (await here.check(reports)).allowed, { timeout: 1_000 })
      .toBe(false);
  });

  test('are read through while nothing can be heard, and remembered again afterwards', async () => {
    const [here, there] = fresh();
    await there.subscribe({ customer: 'ann', plan: 'pro' });
    expect((await here.check(reports)).allowed).toBe(true);

    for (const { pid } of await listeners()) await admin`select pg_terminate_backend(${pid})`;
    await new Promise((resolve) => setTimeout(resolve, 100));
    await there.subscriptions.cancel({ customer: 'ann', at: 'now' });

    expect((await here.check(reports)).allowed).toBe(false);
    await hears(2);
    await there.subscribe({ customer: 'ann', plan: 'pro' });
    await expect
      .poll(async () => (await here.check(reports)).allowed, { timeout: 1_000 })
      .toBe(true);
  });

  test('are read through while a host’s transaction may change them, and follow it once it is over', async () => {
    const [kit] = fresh();
    await kit.subscribe({ customer: 'ann', plan: 'pro' });
    await kit.check(reports);

    await admin.begin(async (tx) => {
      const inside = kit.using(tx);
      await inside.subscriptions.cancel({ customer: 'ann', at: 'now' });
      expect((await inside.check(reports)).allowed).toBe(false);
      expect((await kit.check(reports)).allowed).toBe(true);
    });

    expect((await kit.check(reports)).allowed).toBe(false);
  });
});
