/** Queued changes of balances: made once, by whoever is there, with the host's own commit or not at all. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeDatabases, describePostgres } from '#test/databases.ts';
import { catalog, eventually, pause } from '#test/kit.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { createBursar } from '../bursar.ts';
import { createTestBursar } from '../testing.ts';

const unit = 'points';
const common = { customer: 'ann', unit } as const;
const options = { catalog, logger: silentLogger };

describeDatabases('a queued change', (makeUrl) => {
  let kit: ReturnType<typeof open>;
  let count = 0;
  const open = (database: string) => createBursar({ ...options, database });
  beforeAll(async () => {
    kit = open(await makeUrl());
    await kit.start();
  });
  afterAll(() => kit.close());
  const fresh = () => {
    count += 1;
    return kit.tenant(`queued-${count}`);
  };

  test('is made once, however often it is asked for, and never another under its key', async () => {
    const tenant = fresh();
    const change = { ...common, operation: 'credit', amount: 5, idempotencyKey: 'top-up' } as const;

    const first = await tenant.wallet.queue(change);
    const again = await tenant.wallet.queue(change);
    const other = tenant.wallet.queue({ ...change, amount: 6 });
    await expect(other).rejects.toMatchObject({ code: 'idempotency_conflict' });
    await eventually(async () => (await tenant.jobs.list({ state: 'done' })).items.length === 1);
    const late = await tenant.wallet.queue(change);
    const direct = await tenant.wallet.credit({ ...common, amount: 5, idempotencyKey: 'top-up' });

    expect(first.replayed).toBe(false);
    expect([again, late]).toEqual([
      { job: first.job, replayed: true },
      { job: first.job, replayed: true },
    ]);
    expect(direct).toMatchObject({ settled: 5, replayed: true });
    expect((await tenant.wallet.statement(common)).items).toHaveLength(1);
  });

  test('is asked for under a key of its customer’s: another customer may have the same', async () => {
    const tenant = fresh();
    const change = { ...common, operation: 'credit', amount: 5, idempotencyKey: 'top-up' } as const;
    const ours = await tenant.wallet.queue(change);

    const theirs = await tenant.wallet.queue({ ...change, customer: 'bob' });

    expect(theirs).toEqual({ job: expect.not.stringMatching(ours.job), replayed: false });
  });

  test('commits with the host or not at all', async () => {
    const tenant = fresh();
    const name = `queued-${count}`;
    const queued = { ...common, operation: 'credit', amount: 7 } as const;

    await kit.transaction((inner) =>
      inner.tenant(name).wallet.queue({ ...queued, idempotencyKey: 'kept' }),
    );
    await kit
      .transaction(async (inner) => {
        await inner.tenant(name).wallet.queue({ ...queued, idempotencyKey: 'dropped' });
        throw new Error('The host changed its mind.');
      })
      .catch(() => {});
    await eventually(async () => (await tenant.wallet.balance(common)).settled > 0);

    expect((await tenant.jobs.list()).items).toMatchObject([
      { kind: 'wallet.change', attempts: 1 },
    ]);
    expect(await tenant.wallet.balance(common)).toMatchObject({ settled: 7 });
  });

  test('that can never be made is dead at once, and can be had done anew with a reason', async () => {
    const tenant = fresh();
    await tenant.wallet.credit({ ...common, amount: 1, idempotencyKey: 'used' });
    const change = { ...common, operation: 'credit', amount: 2, idempotencyKey: 'used' } as const;
    const { job } = await tenant.wallet.queue(change);
    const dead = async () => (await tenant.jobs.list({ state: 'dead' })).items;
    await eventually(async () => (await dead()).length === 1);

    const [line] = await dead();
    const retried = await tenant.jobs.retry({ job, reason: 'looked into it' });
    await eventually(async () => (await dead()).length === 1);

    expect(line).toMatchObject({
      id: job,
      attempts: 1,
      error: expect.stringContaining('idempotency key'),
    });
    expect(retried).toEqual({ retried: 1 });
    expect((await tenant.audit.list({ operation: 'jobs.retry' })).items).toMatchObject([
      { subject: { type: 'job', id: job }, reason: 'looked into it', facts: { retried: 1 } },
    ]);
    expect(await tenant.wallet.balance(common)).toMatchObject({ settled: 1 });
  });

  test.each([
    ['no key', { idempotencyKey: undefined }, 'validation'],
    ['no amount', { amount: 0 }, 'invalid_amount'],
    ['half a point', { amount: 1.5 }, 'invalid_amount'],
    ['no such operation', { operation: 'double' }, 'validation'],
    ['what is not known', { until: 1 }, 'validation'],
    ['no such unit', { unit: 'shells' }, 'unit_unknown'],
  ])('is refused at once with %s, and nothing is written', async (_, wrong, code) => {
    const tenant = fresh();
    const change = { ...common, operation: 'credit', amount: 1, idempotencyKey: 'k', ...wrong };

    await expect(tenant.wallet.queue(change as never)).rejects.toMatchObject({ code });

    expect((await tenant.jobs.list()).items).toEqual([]);
  });

  test('a retry names what it retries', async () => {
    await expect(fresh().jobs.retry({})).rejects.toMatchObject({ code: 'validation' });
  });
});

test('a debit that lacks balance is tried again as time goes on', async () => {
  const kit = await createTestBursar(options);
  const change = { ...common, operation: 'debit', amount: 10, idempotencyKey: 'bill' } as const;
  await kit.wallet.queue(change);
  await kit.advance('PT1S');
  const [waiting] = (await kit.jobs.list()).items;

  await kit.wallet.credit({ ...common, amount: 15 });
  await kit.advance('PT10S');

  // Once or twice: how long it waits is spread about a second.
  expect(waiting).toMatchObject({ state: 'pending', error: expect.any(String) });
  const attempts = (waiting?.attempts ?? 0) + 1;
  expect((await kit.jobs.list()).items).toMatchObject([{ state: 'done', attempts }]);
  expect(await kit.wallet.balance(common)).toMatchObject({ settled: 5 });
  await kit.advance('P15D');
  await (kit.events as unknown as { forgetAll(): Promise<void> }).forgetAll();
  expect((await kit.jobs.list()).items).toEqual([]);
  expect(await kit.wallet.queue(change)).toMatchObject({ replayed: false });
  await kit.advance('PT1S');
  expect(await kit.wallet.balance(common)).toMatchObject({ settled: 5 });
  await kit.close();
});

describePostgres('queued changes', (makeUrl) => {
  const open = (database: string) => createBursar({ ...options, database });

  test('asked for again do not wait for who has the job in hand', async () => {
    const kit = open(await makeUrl());
    const change = { ...common, operation: 'credit', amount: 1, idempotencyKey: 'k' } as const;
    const { job } = await kit.wallet.queue(change);

    const again = await kit.transaction(async (_inner, tx) => {
      await tx.query('select 1 from bursar.jobs for update', []);
      return kit.wallet.queue(change);
    });

    expect(again).toEqual({ job, replayed: true });
    await kit.close();
  });

  test('under a key that two hosts hold at once are made for whichever commits', async () => {
    const url = await makeUrl();
    const [one, other] = [open(url), open(url)];
    const change = { ...common, operation: 'credit', amount: 1, idempotencyKey: 'k' } as const;
    let theirs: Promise<unknown> | undefined;

    const rolledBack = one.transaction(async (inner) => {
      await inner.wallet.queue(change);
      theirs = other.transaction((second) => second.wallet.queue(change));
      await pause(300);
      throw new Error('The host changed its mind.');
    });
    await expect(rolledBack).rejects.toThrow('changed its mind');

    expect(await theirs).toMatchObject({ replayed: false });
    expect((await one.jobs.list()).items).toHaveLength(1);
    await Promise.all([one, other].map((kit) => kit.close()));
  });

  test('asked for by several processes at once are each made once', {
    timeout: 60_000,
  }, async () => {
    const url = await makeUrl();
    const kits = [1, 2, 3].map(() => createBursar({ ...options, database: url }));
    await Promise.all(kits.map((kit) => kit.start()));
    const changes = 200;

    const answers: ({ job: string; replayed: boolean } | undefined)[] = [];
    for (let first = 0; first < changes; first += 20) {
      const wave = Array.from({ length: 20 * kits.length }, (_, index) =>
        kits[index % kits.length]?.wallet.queue({
          ...{ ...common, operation: 'credit', amount: 1 },
          idempotencyKey: `change-${first + Math.floor(index / kits.length)}`,
        }),
      );
      answers.push(...(await Promise.all(wave)));
    }
    const [kit] = kits;
    if (!kit) throw new Error('no kit');
    const isDone = async () => (await kit.wallet.balance(common)).settled === changes;
    for (let tries = 0; tries < 6 && !(await isDone()); tries += 1)
      await eventually(isDone).catch(() => {});
    await eventually(async () => (await kit.jobs.list({ state: 'pending' })).items.length === 0);

    expect(new Set(answers.map((answer) => answer?.job)).size).toBe(changes);
    expect(answers.filter((answer) => answer?.replayed === false)).toHaveLength(changes);
    expect(await kit.wallet.balance(common)).toMatchObject({ settled: changes });
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
    await Promise.all(kits.map((one) => one.close()));
  });
});
