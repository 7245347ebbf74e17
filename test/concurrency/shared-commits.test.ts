/**
 * Spends that share commits, with processes beside them that do the same: what is accepted, what a key does and what each
 * entry says is as if all had come one after another.
 */
import { createBursar, isBursarError } from '@bursar/core';
import pg from 'pg';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { catalog } from '../support/books.ts';
import { describePostgres } from '../support/databases.ts';
import { eventually } from '../support/kit.ts';
import { describeRaces } from '../support/racers.ts';
import { silentLogger } from '../support/silent-logger.ts';

describeRaces('four processes of 64 at once', ({ fresh, race, outOfTurn }) => {
  test('on one balance: of 1,200 keys, each used four times, exactly 1,000 are accepted', async () => {
    const { tenant, kit } = fresh();
    await kit.wallet.credit({ customer: 'ann', unit: 'points', amount: 1_000 });

    const outcomes = await race({ tenant, do: 'spend', attempts: 1_200, atOnce: 64, keys: 1_200 });

    const { accepted, replayed = 0, insufficient_balance: refused = 0, ...others } = outcomes;
    expect({ accepted, others }).toEqual({ accepted: 1_000, others: {} });
    expect(replayed + refused).toBe(3_800);
    expect(await kit.wallet.balance({ customer: 'ann', unit: 'points' })).toMatchObject({
      settled: 0,
    });
    expect(await outOfTurn(tenant)).toEqual([]);
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
  });

  test('on fifty balances: of forty keys on each, used four times, exactly twenty are accepted', async () => {
    const { tenant, kit } = fresh();
    const customers = Array.from({ length: 50 }, (_, index) => `c${index}`);
    for (const customer of customers)
      await kit.wallet.credit({ customer, unit: 'points', amount: 20 });

    const task = { tenant, do: 'spend', attempts: 2_000, atOnce: 64, keys: 2_000 } as const;
    const outcomes = await race({ ...task, customers });

    const { accepted, replayed = 0, insufficient_balance: refused = 0, ...others } = outcomes;
    expect({ accepted, others }).toEqual({ accepted: 1_000, others: {} });
    expect(replayed + refused).toBe(7_000);
    for (const customer of customers)
      expect((await kit.wallet.balance({ customer, unit: 'points' })).settled).toBe(0);
    expect(await outOfTurn(tenant)).toEqual([]);
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
  });
});

describePostgres('spends of one process', (makeUrl) => {
  let url: string;
  let admin: postgres.Sql;
  beforeAll(async () => {
    url = await makeUrl();
    admin = postgres(url, { max: 1 });
  });
  afterAll(() => admin.end());

  /** A kit with a thousand points of ann's in a tenant of this name. */
  async function funded(name: string, more: { batch?: boolean } = {}) {
    const bursar = createBursar({ catalog, database: url, logger: silentLogger, ...more });
    await bursar.ready();
    const kit = bursar.tenant(name);
    await kit.wallet.credit({ customer: 'ann', unit: 'points', amount: 1_000 });
    await kit.wallet.debit({ customer: 'ann', unit: 'points', amount: 1 });
    return { bursar, kit };
  }

  /** How many transactions wrote the tenant's last `debits` debits. */
  async function commitsOf(tenant: string, debits: number): Promise<number> {
    const [found] = await admin`
      select count(distinct xid)::int as commits
        from (select xmin::text as xid from bursar.entries
               where tenant_id = (select id from bursar.tenants where key = ${tenant}) and kind = 'debit'
               order by balance_id, sequence desc limit ${debits}) as entry`;
    return found?.commits;
  }

  test.each([
    { batch: true, most: 3 },
    { batch: false, most: 40 },
  ])('with batch $batch: forty at once take at most $most commits', async ({ batch, most }) => {
    const { bursar, kit } = await funded(`batch-${batch}`, { batch });

    await Promise.all(
      Array.from({ length: 40 }, () =>
        kit.wallet.debit({ customer: 'ann', unit: 'points', amount: 1 }),
      ),
    );

    const commits = await commitsOf(`batch-${batch}`, 40);
    expect(commits).toBeLessThanOrEqual(most);
    if (!batch) expect(commits).toBe(40);
    await bursar.close();
  });

  test("in a host's transaction are a statement each, on the host's client", async () => {
    const { bursar } = await funded('using');
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('begin');
    const send = client.query.bind(client) as (...facts: unknown[]) => Promise<unknown>;
    const sent: string[] = [];
    client.query = ((...facts: [{ text?: string } | string]) => {
      sent.push(typeof facts[0] === 'string' ? facts[0] : (facts[0].text ?? ''));
      return send(...facts);
    }) as never;
    const { wallet } = bursar.using(client).tenant('using');

    for (const amount of [1, 2, 3]) await wallet.debit({ customer: 'ann', unit: 'points', amount });
    await client.query('commit');
    await client.end();

    expect(sent.filter((text) => text.includes('insert into bursar.entries'))).toHaveLength(3);
    expect(sent.filter((text) => text.includes('unnest'))).toEqual([]);
    const balance = await bursar
      .tenant('using')
      .wallet.balance({ customer: 'ann', unit: 'points' });
    expect(balance.settled).toBe(993);
    await bursar.close();
  });

  test('whose connection is terminated while they wait are told the truth', async () => {
    const { bursar, kit } = await funded('terminated');
    const host = await admin.reserve();
    await host`begin`;
    await host`select id from bursar.balances for update`;
    const spends = Array.from({ length: 20 }, (_, index) => ({
      ...({ customer: 'ann', unit: 'points', amount: 1 } as const),
      idempotencyKey: index % 2 ? `k${index}` : undefined,
    }));

    const answers = Promise.allSettled(spends.map((one) => kit.wallet.debit(one)));
    await eventually(async () => (await terminateWaiting(url)) > 0);
    await host`commit`;
    host.release();

    for (const [index, answer] of (await answers).entries())
      if (spends[index]?.idempotencyKey)
        expect(answer).toMatchObject({ value: { replayed: false } });
      else {
        expect(answer).toMatchObject({
          reason: { code: 'database', details: { written: 'unknown' } },
        });
        expect(isBursarError((answer as PromiseRejectedResult).reason)).toBe(true);
      }
    for (const one of spends.filter(({ idempotencyKey }) => idempotencyKey))
      expect(await kit.wallet.debit(one)).toMatchObject({ replayed: true });
    expect((await kit.wallet.balance({ customer: 'ann', unit: 'points' })).settled).toBe(989);
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
    await bursar.close();
  });
});

/** @returns How many connections waited for a lock, and are terminated. */
async function terminateWaiting(url: string): Promise<number> {
  const other = postgres(url, { max: 1 });
  const terminated = await other`
    select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock' and query like '%unnest%'`;
  await other.end();
  return terminated.length;
}
