/** What goes wrong while an event is taken: handlers that are slow, late, broken or end their process, clocks that disagree. */
import postgres from 'postgres';
import { afterAll, expect, test } from 'vitest';
import { describeDatabases, describePostgres } from '#test/databases.ts';
import { catalog, eventually, pause } from '#test/kit.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { createBursar } from '../bursar.ts';

const options = { catalog, logger: silentLogger };
const types = ['subscription.created'] as const;

describeDatabases('a consumer’s handler', (makeUrl) => {
  const closers: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });
  async function started() {
    const kit = createBursar({ ...options, database: await makeUrl() });
    closers.push(() => kit.close());
    await kit.start();
    return kit;
  }

  test('that is slow for one subject holds no other back, also one that comes later', async () => {
    const kit = await started();
    const taken: (string | null)[] = [];
    let finish = () => {};
    kit.events.consumer('slow', {
      ...{ types, concurrency: 2 },
      async handle({ customer }) {
        if (customer === 'slow')
          await new Promise<void>((resolve) => {
            finish = resolve;
          });
        taken.push(customer);
      },
    });
    await pause(50);

    await kit.subscribe({ customer: 'slow', plan: 'pro' });
    await pause(200);
    for (const customer of ['b', 'c', 'd']) await kit.subscribe({ customer, plan: 'pro' });
    await eventually(() => taken.length === 3);

    expect(taken).toEqual(['b', 'c', 'd']);
    finish();
    await eventually(() => taken.length === 4);
  });

  test('may throw whatever can be thrown: its event is a dead letter all the same', async () => {
    const kit = await started();
    const thrown: Record<string, unknown> = {
      zero: new Error('a\0b'),
      half: new Error(`${'x'.repeat(999)}😀`),
      bare: Object.create(null),
      nothing: undefined,
    };
    for (const [name, error] of Object.entries(thrown))
      kit.events.consumer(name, {
        ...{ types, attempts: 1, from: 'beginning' },
        handle: () => Promise.reject(error),
      });

    await kit.subscribe({ customer: 'ann', plan: 'pro' });
    await eventually(async () => (await kit.events.deadLetters()).items.length === 4);

    const { items } = await kit.events.deadLetters();
    const errors = Object.fromEntries(items.map(({ consumer, error }) => [consumer, error]));
    expect(errors).toEqual({
      zero: 'a\uFFFDb',
      half: `${'x'.repeat(999)}\uFFFD`,
      bare: 'It threw what cannot be told.',
      nothing: 'undefined',
    });
  });
});

describePostgres('a consumer’s delivery', (makeUrl) => {
  test('that ended its process each time is a dead letter in the end', async () => {
    const url = await makeUrl();
    const [kit, host] = [createBursar({ ...options, database: url }), postgres(url)];
    await kit.start();
    let calls = 0;
    kit.events.consumer('poisoned', {
      ...{ types, attempts: 3 },
      handle() {
        calls += 1;
      },
    });
    await pause(50);
    // As if three processes had taken it and were killed with it in hand.
    await host`alter table bursar.deliveries alter column attempts set default 3`;

    await kit.subscribe({ customer: 'ann', plan: 'pro' });
    await eventually(async () => (await kit.events.deadLetters()).items.length === 1);

    expect(calls).toBe(0);
    await host`alter table bursar.deliveries alter column attempts set default 0`;
    expect(await kit.events.replay({ consumer: 'poisoned' })).toEqual({ replayed: 1 });
    await eventually(() => calls === 1);
    await kit.close();
    await host.end();
  });

  test('in hand is not taken by a process whose clock is ahead', async () => {
    const url = await makeUrl();
    const ahead = { now: () => new Date(Date.now() + 3_600_000) };
    const kits = [
      createBursar({ ...options, database: url }),
      createBursar({ ...options, database: url, clock: ahead }),
    ];
    const takenBy: number[] = [];
    const [first, second] = kits;
    await first?.start();
    const consume = (index: number) =>
      kits[index]?.events.consumer('shared', {
        ...{ types, timeout: 2_000 },
        async handle() {
          takenBy.push(index);
          await pause(1_500);
        },
      });
    consume(0);
    await pause(50);
    await first?.subscribe({ customer: 'ann', plan: 'pro' });
    await eventually(() => takenBy.length === 1);

    await second?.start();
    consume(1);
    await pause(1_400);

    expect(takenBy).toEqual([0]);
    for (const kit of kits) await kit.close();
  });

  test('that took too long in a transaction writes nothing afterwards, on the host’s own handle', async () => {
    const host = postgres(await makeUrl(), { max: 4, onnotice: () => {} });
    await host`create table host_log (event text not null)`;
    const kit = createBursar({ ...options, database: host });
    await kit.start();
    let refused: unknown = null;
    kit.events.consumer('late', {
      types,
      transaction: true,
      timeout: 100,
      attempts: 1,
      async handle({ id }, { tx, signal }) {
        await tx`insert into host_log (event) values (${id})`;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        await pause(100);
        try {
          await tx`insert into host_log (event) values (${id})`;
        } catch (error) {
          refused = error;
        }
      },
    });
    await pause(50);

    await kit.subscribe({ customer: 'ann', plan: 'pro' });
    await eventually(async () => (await kit.events.deadLetters()).items.length === 1);
    await eventually(() => refused !== null);

    expect(await host`select event from host_log`).toHaveLength(0);
    await kit.close();
    await host.end();
  });
});
