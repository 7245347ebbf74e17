/**
 * A consuming process that is killed again and again: what it logged with its acknowledgements is what was committed, each
 * once and in the order of its subject; what it did outside was done at least once. `BURSAR_CHANGES` for more of them.
 */
import { createBursar } from '@bursar/core';
import postgres from 'postgres';
import { expect, test } from 'vitest';
import { describePostgres } from '../support/databases.ts';
import { catalog, pause } from '../support/kit.ts';
import { type RunningProcess, startProcess } from '../support/processes.ts';
import { silentLogger } from '../support/silent-logger.ts';

const changes = Number(process.env.BURSAR_CHANGES ?? 300);

describePostgres('a consuming process', (makeUrl) => {
  test('that is killed under load loses nothing and invents nothing', {
    timeout: 600_000,
  }, async () => {
    const url = await makeUrl();
    const host = postgres(url, { max: 2 });
    await host`create table host_log (position bigint generated always as identity, event text not null)`;
    await host`create table host_mail (event text not null)`;
    await host`create table host_book (position bigint generated always as identity, balance bigint, sequence bigint)`;
    const bursar = createBursar({ catalog, database: url, logger: silentLogger });
    await bursar.ready();
    const kit = bursar.tenant('killed');
    let consumer = await started(url);
    let kills = 0;
    let isOver = false;
    const killing = (async () => {
      while (!isOver) {
        await pause(1_000);
        consumer.kill('SIGKILL');
        await consumer.ended;
        kills += 1;
        consumer = await started(url);
      }
    })();

    for (let index = 0; index < changes; index += 1) {
      const customer = `c${index}`;
      const keeps = index % 2 === 0;
      const points = { customer: `b${index % 7}`, unit: 'points', amount: 1 } as const;
      await bursar
        .transaction(async (inner) => {
          await inner.tenant('killed').subscribe({ customer, plan: 'pro' });
          await inner.tenant('killed').wallet.credit(points);
          if (!keeps) throw new Error('rolled back');
        })
        .catch(() => {});
      await Promise.all([kit.wallet.credit(points), kit.wallet.credit(points)]);
      if (keeps) await kit.subscriptions.cancel({ customer, at: 'now' });
    }
    isOver = true;
    await killing;
    await patiently(async () => {
      const [left] = await host`
        select (select count(*)::int from bursar.outbox where state = 'pending') as pending,
               (select count(*)::int from bursar.entries join bursar.entry_reader as reader on entries.xid >= reader.xid) as unread,
               (select json_agg(to_jsonb(delivery) - 'event_id') from bursar.deliveries as delivery) as deliveries`;
      return left?.pending === 0 && left.unread === 0 && left.deliveries === null
        ? null
        : (left ?? {});
    });
    consumer.kill('SIGTERM');

    const committed = await host`
      select id, subject_id from bursar.outbox where type in ('subscription.created', 'subscription.canceled') order by position`;
    const logged = await host`select event from host_log order by position`;
    const mailed =
      await host`select distinct event from host_mail where event not like 'evt%balance.updated'`;
    const ids = committed.map(({ id }) => id as string);
    expect(kills).toBeGreaterThan(0);
    expect(ids).toHaveLength(changes);
    expect(logged.map(({ event }) => event).toSorted()).toEqual(ids.toSorted());
    expect(mailed.map(({ event }) => event).toSorted()).toEqual(ids.toSorted());
    const entries = await host`
      select balance_id::int as balance, sequence::int from bursar.entries
       where amount <> 0 and tenant_id = (select id from bursar.tenants where key = 'killed') order by 1, 2`;
    const book = await host`select balance::int, sequence::int from host_book order by position`;
    const byBalance = [...new Set(entries.map(({ balance }) => balance as number))].flatMap(
      (balance) => book.filter((line) => line.balance === balance),
    );
    expect(entries.length).toBeGreaterThan(2 * changes);
    expect(byBalance).toEqual([...entries]);
    const told =
      await host`select distinct event from host_mail where event like 'evt%balance.updated'`;
    expect(told.map(({ event }) => event).toSorted()).toEqual(
      entries.map((one) => `evt_${one.balance}_${one.sequence}_balance.updated`).toSorted(),
    );
    const place = new Map(logged.map(({ event }, index) => [event as string, index]));
    const last = new Map<string, number>();
    for (const { id, subject_id } of committed) {
      expect(place.get(id)).toBeGreaterThan(last.get(subject_id) ?? -1);
      last.set(subject_id, place.get(id) ?? -1);
    }
    await bursar.close();
    await host.end();
  });
});

async function started(url: string): Promise<RunningProcess> {
  const running = startProcess(new URL('./consumer.process.ts', import.meta.url), {
    parameters: [url, 'killed'],
  });
  expect(await running.line()).toBe('ready');
  return running;
}

/**
 * A delivery that was in a killed process's hands comes back when its lease is over; one that was so again and again, and then
 * took longer than it may on a slow machine, waits for minutes: twice as long as before each time.
 * @param whatIsLeft `null`: nothing.
 */
async function patiently(whatIsLeft: () => Promise<object | null>): Promise<void> {
  const until = performance.now() + 400_000;
  let left = await whatIsLeft();
  while (left !== null && performance.now() < until) {
    await pause(100);
    left = await whatIsLeft();
  }
  expect(left).toBe(null);
}
