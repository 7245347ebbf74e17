/** What is due over years, late, and by several workers: in the order of time, each thing once. */
import { expect, test } from 'vitest';
import { describeDatabases, describePostgres } from '#test/databases.ts';
import { createBursar } from '../bursar.ts';
import { defineCatalog } from '../catalog/index.ts';
import { openDatabase } from '../kernel/database.ts';
import { sql } from '../kernel/index.ts';
import { createTestBursar, testClock } from '../testing.ts';
import type { BursarEvent } from './event-map.ts';

const catalog = defineCatalog({
  units: { points: { scale: 0 } },
  features: { 'api-calls': { kind: 'metered' } },
  plans: {
    pro: { period: 'P1M', trial: 'P14D', features: { 'api-calls': { quota: 100 } } },
  },
});
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const begin = '2026-01-31T10:00:00.000Z';

type Life = { type: string; subject: string; period: number | null; at: string };

function lifeOf(event: BursarEvent): Life[] {
  const isLife = /^subscription\.(trial_will_end|trial_ended|renewed|ended)$/.test(event.type);
  const { period = null } = event.data as { period?: number };
  return isLife
    ? [{ type: event.type.slice(13), subject: event.subject.id, period, at: event.at }]
    : [];
}

test('three years of 20 customers pass in order, each event once, each at its instant', async () => {
  const bursar = await createTestBursar({ catalog, at: begin });
  const lives: Life[] = [];
  bursar.events.on('*', (event) => void lives.push(...lifeOf(event)));
  const kits = [bursar.tenant('one'), bursar.tenant('two')];
  const ids: string[] = [];
  for (let index = 0; index < 20; index += 1) {
    const kit = kits[index % 2] ?? bursar;
    const customer = `c${index}`;
    const { id } = await kit.subscribe({ customer, plan: 'pro' });

    await kit.consume({ customer, feature: 'api-calls', amount: 7 });
    ids.push(id);
    await bursar.advance('PT1H');
  }

  await bursar.advanceTo('2029-02-02T00:00:00Z');

  expect(lives).toHaveLength(20 * 38);
  expect(lives.map((life) => life.at)).toEqual(lives.map((life) => life.at).toSorted());
  for (const id of ids) {
    const own = lives.filter((life) => life.subject === id);
    expect(own.slice(0, 2).map((life) => life.type)).toEqual(['trial_will_end', 'trial_ended']);
    expect(own.slice(2).map((life) => life.period)).toEqual(
      Array.from({ length: 36 }, (_, index) => index + 2),
    );
  }
  expect(
    lives
      .filter((life) => life.subject === ids[0])
      .slice(0, 5)
      .map((life) => life.at),
  ).toEqual([
    '2026-02-11T10:00:00.000Z',
    '2026-02-14T10:00:00.000Z',
    '2026-02-28T10:00:00.000Z',
    '2026-03-31T10:00:00.000Z',
    '2026-04-30T10:00:00.000Z',
  ]);
  expect(await bursar.runDue()).toEqual({ done: 0 });
  for (const kit of kits) expect((await kit.ledger.verify()).broken).toEqual([]);
  await bursar.close();
}, 120_000);

describeDatabases('what is due', (makeUrl) => {
  test('is caught up after downtime, in order, and a second run does nothing', async () => {
    const url = await makeUrl();
    const clock = testClock(begin);
    const bursar = createBursar({ catalog, database: url, clock, logger: silent });
    await bursar.ready();
    const lives: Life[] = [];
    bursar.events.on('*', (event) => void lives.push(...lifeOf(event)));
    const running = await bursar.subscribe({ customer: 'ann', plan: 'pro' });
    await bursar.consume({ customer: 'ann', feature: 'api-calls', amount: 40 });
    const ending = await bursar.subscribe({ customer: 'bob', plan: 'pro' });
    await bursar.subscriptions.cancel({ customer: 'bob', at: new Date('2026-03-31T10:00:00Z') });
    await bursar.wallet.credit({
      customer: 'ann',
      unit: 'points',
      amount: 5,
      expiresAt: new Date('2026-04-01T00:00:00Z'),
    });

    // Past the tools: nobody was running.
    await clock.advanceTo(new Date('2026-05-01T00:00:00Z'));
    const { done } = await bursar.runDue();

    const names = new Map([
      [running.id, 'ann'],
      [ending.id, 'bob'],
    ]);
    const told = lives.map(({ type, subject, period }) => [names.get(subject), type, period]);
    expect(told).toEqual([
      ['ann', 'trial_will_end', null],
      ['bob', 'trial_will_end', null],
      ['ann', 'trial_ended', null],
      ['bob', 'trial_ended', null],
      ['ann', 'renewed', 2],
      ['bob', 'renewed', 2],
      ['ann', 'renewed', 3],
      ['bob', 'ended', null],
      ['ann', 'renewed', 4],
    ]);
    expect(done).toBe(lives.length + 2);
    expect(await bursar.runDue()).toEqual({ done: 0 });
    expect(await bursar.wallet.balance({ customer: 'ann', unit: 'points' })).toMatchObject({
      available: 0,
    });
    await bursar.close();
  });

  test('a trial that was canceled ends with it, each told once', async () => {
    const bursar = await createTestBursar({
      catalog,
      database: await makeUrl(),
      at: begin,
      logger: silent,
    });
    const lives: Life[] = [];
    bursar.events.on('*', (event) => void lives.push(...lifeOf(event)));
    await bursar.subscribe({ customer: 'ann', plan: 'pro' });

    await bursar.advance('P13D');
    expect(lives.map((life) => life.type)).toEqual(['trial_will_end']);
    lives.length = 0;
    await bursar.subscriptions.cancel({ customer: 'ann' });
    await bursar.advance('P1D');

    expect(lives.map((life) => life.type)).toEqual(['trial_ended', 'ended']);
    await bursar.advance('P1Y');
    expect(lives).toHaveLength(2);
    await bursar.close();
  });
});

describePostgres('four workers at once', (makeUrl) => {
  test('do everything once', async () => {
    const url = await makeUrl();
    const clock = testClock(begin);
    const kits = Array.from({ length: 4 }, () =>
      createBursar({ catalog, database: url, clock: testClock(begin), logger: silent }),
    );
    const [first] = kits;
    if (!first) throw new Error('No kit.');
    for (const kit of kits) await kit.ready();
    for (let index = 0; index < 8; index += 1) {
      await first.subscribe({ customer: `c${index}`, plan: 'pro' });
      await first.consume({ customer: `c${index}`, feature: 'api-calls' });
    }
    const database = await openDatabase(url, { logger: silent });
    await clock.attach(database);
    await clock.advanceTo(new Date('2026-07-01T00:00:00Z'));
    await new Promise((resolve) => setTimeout(resolve, 500));

    const runs = await Promise.all(kits.map((kit) => kit.runDue()));

    const rows = await database.query(sql`
      select subject_id, type, data ->> 'period' as period, count(*)::int as times
        from bursar.outbox where type in ('subscription.trial_will_end', 'subscription.trial_ended', 'subscription.renewed')
       group by 1, 2, 3`);
    expect(rows).toHaveLength(8 * 7);
    expect(rows.every((row) => row.times === 1)).toBe(true);
    const ordered = await database.query(sql`
      select subject_id, string_agg(data ->> 'period', ',' order by position) as periods
        from bursar.outbox where type = 'subscription.renewed' group by 1`);
    expect(ordered.map((row) => row.periods)).toEqual(Array(8).fill('2,3,4,5,6'));
    expect(runs.reduce((sum, run) => sum + run.done, 0)).toBe(8 * 7 + 8);
    for (const kit of kits) expect(await kit.runDue()).toEqual({ done: 0 });
    expect((await first.ledger.verify()).broken).toEqual([]);
    clock.detach();
    await database.close();
    for (const kit of kits) await kit.close();
  });
});

describePostgres('what is due and cannot be done', (makeUrl) => {
  test('hinders nothing else, is told of, and stays due', async () => {
    const url = await makeUrl();
    const bursar = await createTestBursar({ catalog, database: url, at: begin, logger: silent });
    const lives: Life[] = [];
    bursar.events.on('*', (event) => void lives.push(...lifeOf(event)));
    const broken = await bursar.subscribe({ customer: 'ann', plan: 'pro' });
    await bursar.subscribe({ customer: 'bob', plan: 'pro' });
    const database = await openDatabase(url, { logger: silent });
    const store = (period: string) =>
      database.query(
        sql`update bursar.subscriptions set period = ${period} where id = ${broken.id}`,
      );
    await store('never');

    const advanced = bursar.advanceTo('2026-02-28T10:00:00Z');

    await expect(advanced).rejects.toMatchObject({ code: 'validation' });
    expect(lives.map((life) => life.type)).toEqual(['trial_will_end', 'trial_ended', 'renewed']);
    await store('P1M');
    expect(await bursar.runDue()).toEqual({ done: 3 });
    await database.close();
    await bursar.close();
  });
});
