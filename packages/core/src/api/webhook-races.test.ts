/** What happens to webhooks at the same moment: each test holds one side still with a lock until the other has gone ahead. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describePostgres } from '#test/databases.ts';
import { catalog, eventually, pause } from '#test/kit.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { openSink, type Sink } from '#test/sink.ts';
import { type Bursar, createBursar } from '../index.ts';

const webhooks = { allowPrivate: true, timeoutMilliseconds: 5_000 };

let sink: Sink;
let kits: Bursar[];
beforeEach(async () => {
  sink = await openSink();
  kits = [];
});
afterEach(async () => {
  await Promise.all(kits.map((kit) => kit.close()));
  await sink.close();
});

function open(database: string): Bursar {
  const kit = createBursar({
    catalog,
    database,
    webhooks,
    logger: silentLogger,
  }) as never as Bursar;
  kits.push(kit);
  return kit;
}

describePostgres('a webhook', (makeUrl) => {
  /** A kit that sends nothing, one that does once it is started, and an endpoint. */
  async function twoKits() {
    const url = await makeUrl();
    const [host, sender] = [open(url), open(url)] as const;
    await host.ready();
    const { endpoint } = await host.webhooks.create({ url: sink.url, types: ['customer.created'] });
    return { host, sender, of: { endpoint: endpoint.id } };
  }

  /** Does the work while the making of the customer's job waits for a twin that will be rolled back. */
  async function whileItsJobIsMade(
    { host, sender, of }: Awaited<ReturnType<typeof twoKits>>,
    work: (waiting: () => Promise<void>) => Promise<unknown>,
  ): Promise<void> {
    await host.customers.upsert({ customer: 'ann' });
    const [event] = (await host.events.history({ types: ['customer.created'] })).items;
    const twin = host.transaction(async (_kit, tx) => {
      const waiting = async (count: number) => {
        const { rows } = await tx.query(
          `select count(*)::int as waiting from pg_stat_activity
            where datname = current_database() and wait_event = 'transactionid'`,
          [],
        );
        return Number(rows[0]?.waiting) >= count;
      };
      await tx.query(
        `insert into bursar.jobs (tenant_id, id, kind, key, lane, payload, next_at, created_at)
         select id, 'twin', 'webhook', $1, 'twin', '{}', now(), now() from bursar.tenants where key = 'default'`,
        [`${of.endpoint}/${event?.id}`],
      );
      await sender.start();
      await eventually(() => waiting(1));
      await work(() => eventually(() => waiting(2)));
      throw new Error('It is rolled back.');
    });
    await expect(twin).rejects.toThrow('rolled back');
  }

  test('of what was before its endpoint is not sent there, though it still waits for another', async () => {
    const { host, sender } = await twoKits();
    await host.customers.upsert({ customer: 'ann' });
    await pause(5);
    const late = { url: `${sink.url}/late`, types: ['customer.created'] as const };
    await host.webhooks.create(late);
    await host.customers.upsert({ customer: 'bob' });

    await sender.start();
    await eventually(async () => sink.received.length === 3);
    await eventually(async () => (await host.jobs.list({ state: 'done' })).items.length === 3);

    const sent = sink.received.map(({ path, body }) => `${path} ${JSON.parse(body).customer}`);
    expect(sent.toSorted()).toEqual(['/ ann', '/ bob', '/late bob']);
  });

  test('whose endpoint is removed while its job is made is sent nowhere, and is no dead letter', async () => {
    const made = await twoKits();
    const { host, of } = made;

    await whileItsJobIsMade(made, () => host.webhooks.delete(of));
    await eventually(async () => (await host.jobs.list({ state: 'done' })).items.length === 1);

    expect((await host.jobs.list()).items).toHaveLength(1);
    expect(sink.received).toEqual([]);
  });

  test('whose customer is erased while its job is made names nobody', async () => {
    const made = await twoKits();
    const { host, sender, of } = made;
    sink.behave = () => 500;
    let erasing: Promise<unknown> | undefined;

    await whileItsJobIsMade(made, async (waiting) => {
      erasing = host.customers.erase({ customer: 'ann', reason: 'asked' });
      await Promise.race([erasing, waiting()]);
    });
    await erasing;
    await eventually(async () => (await host.webhooks.deliveries(of)).items.length === 1);

    const payloads = await host.transaction(
      async (_kit, tx) => (await tx.query('select payload from bursar.jobs', [])).rows,
    );
    expect(JSON.stringify(payloads)).toContain('erased_');
    expect(JSON.stringify(payloads)).not.toContain('"ann"');
    await sender.close();
  });

  test('that is cut off when its process ends is sent by the next at once, and is no failed attempt', async () => {
    const { host, sender, of } = await twoKits();
    sink.behave = () => undefined;
    await sender.start();
    await host.customers.upsert({ customer: 'ann' });
    await eventually(async () => sink.received.length === 1);

    await sender.close();
    const [cut] = (await host.webhooks.deliveries(of)).items;
    const endpoint = await host.webhooks.get(of);
    sink.behave = () => 200;
    await host.start();
    await eventually(async () => sink.received.length === 2);
    await eventually(async () => (await host.jobs.list({ state: 'done' })).items.length === 1);

    expect(cut).toMatchObject({ state: 'pending', attempts: [] });
    expect(endpoint).toMatchObject({ failingSince: null });
    const [line] = (await host.webhooks.deliveries(of)).items;
    expect(line).toMatchObject({ state: 'delivered', attempts: [{ status: 200 }] });
    expect((await host.jobs.list()).items).toMatchObject([{ attempts: 1 }]);
  });

  test('of what the ledger does is sent as soon as an endpoint wants it, by whichever process', async () => {
    const { host, sender, of } = await twoKits();
    const unit = 'points';
    await host.webhooks.update({ ...of, types: ['balance.updated'] });
    await sender.start();
    const people = Array.from({ length: 10 }, (_, index) => `c${index}`);
    for (const customer of people) await host.wallet.credit({ customer, unit, amount: 5 });
    await eventually(async () => sink.received.length === people.length);

    // The one that sends has not looked since.
    await host.webhooks.update({ ...of, types: ['balance.updated', 'hold.created'] });
    for (const customer of people) await host.hold({ customer, unit, amount: 1 });
    await eventually(async () => sink.received.length === people.length * 2);

    const types = sink.received.slice(people.length).map(({ body }) => JSON.parse(body).type);
    expect(types).toEqual(people.map(() => 'hold.created'));
  });

  test('whose endpoint is removed while an attempt ends makes neither wait for the other', async () => {
    const { host, sender, of } = await twoKits();
    sink.behave = () => 500;
    await sender.start();
    await host.customers.upsert({ customer: 'ann' });
    await eventually(async () => {
      const [line] = (await host.webhooks.deliveries(of)).items;
      return line?.attempts.length === 1;
    });
    let deleting: Promise<unknown> | undefined;

    await host.transaction(async (_kit, tx) => {
      // As the end of an attempt does: the job, then the endpoint.
      await tx.query('select 1 from bursar.jobs for update', []);
      deleting = sender.webhooks.delete(of);
      await eventually(async () => {
        const { rows } = await tx.query(
          `select 1 from pg_stat_activity where datname = current_database() and wait_event = 'transactionid'`,
          [],
        );
        return rows.length > 0;
      });
      await tx.query('select 1 from bursar.webhook_endpoints for no key update nowait', []);
    });

    expect(await deleting).toEqual({ deleted: of.endpoint });
    expect((await host.jobs.list()).items).toEqual([]);
  });
});
