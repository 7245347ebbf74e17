/**
 * A host's transaction that holds balances locked stops nobody but those who want these; they are served after its
 * commit, or told within ten seconds that it took too long. MECHANISMS 2.5.
 */
import { createBursar } from '@bursar/core';
import pg from 'pg';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { catalog } from '../support/books.ts';
import { describePostgres } from '../support/databases.ts';
import { pause } from '../support/kit.ts';
import { silentLogger } from '../support/silent-logger.ts';

const customers = Array.from({ length: 20 }, (_, index) => `c${index}`);
const [first = '', ...others] = customers;

/** How it ended: `done` or an error's code; and after how many milliseconds. */
type Ended = { readonly as: string; readonly status?: number; readonly took: number };

async function ended(work: Promise<unknown>): Promise<Ended> {
  const since = performance.now();
  const took = () => performance.now() - since;
  try {
    await work;
    return { as: 'done', took: took() };
  } catch (error) {
    const { code, status } = error as { code: string; status: number };
    return { as: code, status, took: took() };
  }
}

const slowest = (all: readonly Ended[]) => Math.max(...all.map(({ took }) => took));
const ways = (all: readonly Ended[]) => [...new Set(all.map(({ as }) => as))];

describePostgres("while a host's transaction holds balances locked", (makeUrl) => {
  let url: string;
  let bursar: ReturnType<typeof open>;
  let tenants = 0;
  const open = () =>
    createBursar({ catalog, database: url, logger: silentLogger, pool: { connectionsMax: 8 } });
  beforeAll(async () => {
    url = await makeUrl();
    bursar = open();
    await bursar.ready();
  });
  afterAll(() => bursar.close());

  /** Twenty customers with points of their own; one of a new tenant each time. */
  async function funded() {
    tenants += 1;
    const kit = bursar.tenant(`locked${tenants}`);
    const debit = (customer: string, more: { idempotencyKey?: string } = {}) =>
      ended(kit.wallet.debit({ customer, unit: 'points', amount: 1, ...more }));
    for (const customer of customers) {
      await kit.wallet.credit({ customer, unit: 'points', amount: 1_000 });
      await debit(customer);
    }
    return { kit, debit, tenant: `locked${tenants}` };
  }

  function lockOf(tenant: string, customer: string[]) {
    const names = customer.map((one) => `'${one}'`).join(', ');
    return `
      select balance.id from bursar.balances as balance
        join bursar.customers as customer on (customer.tenant_id, customer.id) = (balance.tenant_id, balance.customer_id)
        join bursar.tenants as tenant on tenant.id = balance.tenant_id
       where tenant.key = '${tenant}' and customer.external_id in (${names}) order by balance.id for update of balance`;
  }

  /** Locks on a client of the host's; what is returned commits. */
  const hosts = {
    async pg(statement: string) {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query('begin');
      await client.query(statement);
      return async () => {
        await client.query('commit');
        await client.end();
      };
    },
    async 'postgres.js'(statement: string) {
      const sql = postgres(url, { max: 1 });
      const client = await sql.reserve();
      await client.unsafe('begin');
      await client.unsafe(statement);
      return async () => {
        await client.unsafe('commit');
        client.release();
        await sql.end();
      };
    },
  };

  test.each(Object.keys(hosts) as (keyof typeof hosts)[])(
    'by %s: the others are served at once, and those of the locked one after its commit',
    async (driver) => {
      const { kit, debit, tenant } = await funded();
      const commit = await hosts[driver](lockOf(tenant, [first]));

      const locked = Array.from({ length: 30 }, (_, index) =>
        debit(first, index % 2 ? { idempotencyKey: `k${index}` } : {}),
      );
      const free = await Promise.all(
        others.flatMap((customer) => Array.from({ length: 30 }, () => debit(customer))),
      );
      await pause(300);
      await commit();
      const late = await Promise.all(locked);

      expect([ways(free), ways(late)]).toEqual([['done'], ['done']]);
      expect(slowest(free)).toBeLessThan(1_000);
      expect(await kit.wallet.balance({ customer: first, unit: 'points' })).toMatchObject({
        settled: 969,
      });
      expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
    },
  );

  test('all but one, for long: that one is served, the others are told within ten seconds', async () => {
    const { kit, debit, tenant } = await funded();
    const rollback = await hosts.pg(lockOf(tenant, others));
    const locked: Promise<Ended>[] = [];
    // Now one by itself, now several at once, and more while the first ones wait.
    for (let round = 0; round < 4; round += 1)
      for (const [index, customer] of others.entries()) {
        const length = ((index + round) % 3) + 1;
        locked.push(...Array.from({ length }, () => debit(customer)));
        await pause(round === 0 ? 12 : 30);
      }

    const free = await Promise.all(Array.from({ length: 30 }, () => debit(first)));
    const refused = await Promise.all(locked);
    await rollback();

    expect(ways(free)).toEqual(['done']);
    expect(slowest(free)).toBeLessThan(1_000);
    expect(ways(refused).sort()).toEqual(['database', 'overload']);
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503]));
    expect(slowest(refused)).toBeLessThan(10_000);
    for (const customer of others) expect(await debit(customer)).toMatchObject({ as: 'done' });
    expect(await kit.wallet.balance({ customer: 'c1', unit: 'points' })).toMatchObject({
      settled: 998,
    });
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
  });

  test('that are to pay for others: only their own customer waits', async () => {
    const { kit, debit, tenant } = await funded();
    // Ten of quota a period, then points pay.
    await kit.subscribe({ customer: first, plan: 'pro' });
    await kit.consume({ customer: first, feature: 'ai-tokens', amount: 10 });
    const commit = await hosts.pg(
      `${lockOf(tenant, [first]).replace(' order by', " and unit_id = (select id from bursar.units where tenant_id = tenant.id and key = 'points') order by")}`,
    );

    const locked = Array.from({ length: 40 }, () =>
      ended(kit.consume({ customer: first, feature: 'ai-tokens' })),
    );
    await pause(50);
    const free = await Promise.all(
      others.flatMap((customer) => Array.from({ length: 10 }, () => debit(customer))),
    );
    await commit();

    expect(ways(free)).toEqual(['done']);
    expect(slowest(free)).toBeLessThan(1_000);
    expect(ways(await Promise.all(locked))).toEqual(['done']);
    expect(await kit.wallet.balance({ customer: first, unit: 'points' })).toMatchObject({
      settled: 919,
    });
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
  });
});
