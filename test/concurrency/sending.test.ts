/**
 * Webhooks and queued changes of balances under faults: the process that does them is killed again and again, and receivers
 * fail in every way. `BURSAR_DELIVERIES` for more of them.
 */
import { createBursar } from '@bursar/core';
import { createTestBursar } from '@bursar/core/testing';
import postgres from 'postgres';
import { expect, test } from 'vitest';
import { describeDatabases, describePostgres } from '../support/databases.ts';
import { catalog, eventually, pause } from '../support/kit.ts';
import { startProcess } from '../support/processes.ts';
import { silentLogger } from '../support/silent-logger.ts';
import { openSink } from '../support/sink.ts';

const deliveries = Number(process.env.BURSAR_DELIVERIES ?? 70);
const webhooks = { allowPrivate: true, timeoutMilliseconds: 300 };
const options = { catalog, logger: silentLogger, webhooks };

/** What a receiver does wrong, by name; each has tried its last when it answers. */
const faults = ['500', 'timeout', 'reset', 'drip', '429', 'redirect', 'none'] as const;

describeDatabases('webhooks', (makeUrl) => {
  test('reach receivers that fail in every way, each on its schedule', {
    timeout: 600_000,
  }, async () => {
    const sink = await openSink();
    const kit = await createTestBursar({ ...options, database: await makeUrl(), at: new Date() });
    const { endpoint } = await kit.webhooks.create({ url: sink.url, types: ['customer.created'] });
    const tries = new Map<string, number>();
    sink.behave = async ({ body }, response) => {
      const { id, customer } = JSON.parse(body) as { id: string; customer: string };
      const before = tries.get(id) ?? 0;
      tries.set(id, before + 1);
      const index = Number(customer.slice(1));
      const fault = faults[index % faults.length];
      // Once, twice or three times wrong, then well.
      if (before > index % 3 || fault === 'none') return 200;
      if (fault === 'reset') response.socket?.destroy();
      if (fault === 'drip') response.socket?.write('HTTP/1.1 2');
      if (fault === 'redirect') response.writeHead(307, { location: sink.url }).end();
      if (fault === '429') response.writeHead(429, { 'retry-after': '600' }).end();
      return fault === '500' ? 500 : undefined;
    };
    for (let index = 0; index < deliveries; index += 1)
      await kit.customers.upsert({ customer: `c${index}` });
    for (const step of ['PT1S', 'PT6S', 'PT10M', 'PT11M', 'PT40M', 'PT3H'])
      await kit.advance(step as 'PT1S');

    const of = { endpoint: endpoint.id, limit: 100 };
    const lines = [];
    let cursor: string | undefined;
    do {
      const page = await kit.webhooks.deliveries({ ...of, cursor });
      lines.push(...page.items);
      cursor = page.next ?? undefined;
    } while (cursor);
    expect(lines).toHaveLength(deliveries);
    expect(new Set(lines.map(({ state }) => state))).toEqual(new Set(['delivered']));
    expect(tries.size).toBe(deliveries);
    const ids = new Set(sink.received.map(({ headers }) => headers['webhook-id']));
    expect(ids.size).toBe(deliveries);
    for (const { event, attempts } of lines) {
      // Each attempt that was made is in the log, and none came before its time.
      expect(attempts).toHaveLength(tries.get(event.id) ?? 0);
      expect(attempts.at(-1)).toMatchObject({ status: 200, error: null });
      const waits = attempts
        .slice(1)
        .map(({ at }, index) => at.getTime() - (attempts[index]?.at.getTime() ?? 0));
      const least = attempts.map(({ status }, index) =>
        status === 429 ? 600_000 : [4_500, 270_000, 1_620_000][index],
      );
      for (const [index, wait] of waits.entries())
        expect(wait).toBeGreaterThanOrEqual(least[index] ?? 0);
    }
    const all = lines.flatMap(({ attempts }) => attempts);
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([null, 200, 307, 429, 500]));
    expect(all.filter(({ error }) => error?.includes('within 300 ms')).length).toBeGreaterThan(0);
    await kit.close();
    await sink.close();
  });
});

describePostgres('a process that sends and changes', (makeUrl) => {
  test('that is killed under load loses nothing, and changes no balance twice', {
    timeout: 600_000,
  }, async () => {
    const url = await makeUrl();
    const sink = await openSink();
    const host = postgres(url, { max: 2 });
    const kit = createBursar({ ...options, database: url });
    await kit.ready();
    await kit.webhooks.create({ url: sink.url, types: ['customer.created', 'balance.updated'] });
    let sender = await started(url);
    let kills = 0;
    let isOver = false;
    const killing = (async () => {
      while (!isOver) {
        await pause(1_500);
        sender.kill('SIGKILL');
        await sender.ended;
        kills += 1;
        sender = await started(url);
      }
    })();

    for (let index = 0; index < deliveries; index += 1) {
      const customer = `c${index}`;
      await kit.customers.upsert({ customer });
      const change = { customer: `b${index % 5}`, unit: 'points', amount: 1 } as const;
      const queued = { ...change, operation: 'credit', idempotencyKey: `k${index}` } as const;
      await Promise.all([kit.wallet.queue(queued), kit.wallet.queue(queued)]);
    }
    await pause(3_000);
    isOver = true;
    await killing;
    const left = async () =>
      Number(
        (
          await host`
            select (select count(*) from bursar.jobs where state <> 'done')
                   + (select count(*) from bursar.deliveries)
                   + (select count(*) from bursar.outbox where state = 'pending') as left`
        )[0]?.left,
      );
    await patiently(async () => (await left()) === 0);
    sender.kill('SIGTERM');
    await sender.ended;

    const told = sink.received.map(({ body }) => JSON.parse(body));
    const created = new Set(
      told.filter(({ type }) => type === 'customer.created').map(({ customer }) => customer),
    );
    const changed = new Set(
      told.filter(({ type }) => type === 'balance.updated').map(({ data }) => data.transfer),
    );
    const entries = await host`
      select 'trf_' || balance_id || '_' || sequence as transfer from bursar.entries where amount <> 0`;
    expect(kills).toBeGreaterThan(0);
    // The five whose balances were changed are customers, too.
    expect(created.size).toBe(deliveries + 5);
    expect(entries).toHaveLength(deliveries);
    expect([...changed].toSorted()).toEqual(entries.map((one) => one.transfer).toSorted());
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
    await kit.close();
    await host.end();
    await sink.close();
  });
});

async function started(url: string) {
  const sender = startProcess(new URL('./sending.process.ts', import.meta.url), {
    parameters: [url],
  });
  await sender.line();
  return sender;
}

async function patiently(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 20; tries += 1) {
    if (
      await eventually(isSo).then(
        () => true,
        () => false,
      )
    )
      return;
  }
  throw new Error('It did not come to be.');
}
