/** Refusals for want of quota reach durable consumers: one event per customer, feature and minute, whoever refused. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { describeDatabases, describePostgres } from '#test/databases.ts';
import { catalog } from '#test/kit.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { createTestBursar } from '../testing.ts';
import type { BursarEvent } from './event-map.ts';

const at = '2026-01-10T10:00:30Z';
const feature = 'api-calls';
type Exceeded = BursarEvent<'quota.exceeded'>;

const open = (database: string) =>
  createTestBursar({ catalog, at, database, logger: silentLogger });

describeDatabases('what was refused', (makeUrl) => {
  const closers: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });
  async function started() {
    const kit = await open(await makeUrl());
    closers.push(() => kit.close());
    const taken: Exceeded[] = [];
    kit.events.consumer('watcher', {
      types: ['quota.exceeded'],
      handle: (event) => void taken.push(event),
    });
    const refuse = async (customer: string, amount: number) =>
      expect((await kit.tryConsume({ customer, feature, amount })).allowed).toBe(false);
    return { kit, taken, refuse };
  }

  test('is one event when its minute is over: with the attempts, and what the last one asked for', async () => {
    const { kit, taken, refuse } = await started();
    const heard: number[] = [];
    kit.events.on('quota.exceeded', ({ data }) => void heard.push(data.attempts));
    await refuse('ann', 101);
    await kit.advance('PT5S');
    await refuse('ann', 300);
    await refuse('ann', 200);
    await refuse('bob', 150);
    const within = (await kit.events.history({ types: ['quota.exceeded'] })).items;

    await kit.advance('PT25S');
    await refuse('ann', 102);
    await kit.advance('PT1M');

    expect(within).toEqual([]);
    expect(heard).toEqual([1, 1, 1, 1, 1]);
    const told = taken.map(({ customer, at: when, data }) => ({ customer, at: when, ...data }));
    const common = { feature, available: 100 };
    expect(told).toEqual([
      { ...common, customer: 'ann', at: '2026-01-10T10:00:35.000Z', requested: 200, attempts: 3 },
      { ...common, customer: 'bob', at: '2026-01-10T10:00:35.000Z', requested: 150, attempts: 1 },
      { ...common, customer: 'ann', at: '2026-01-10T10:01:00.000Z', requested: 102, attempts: 1 },
    ]);
    expect(taken[0]).toMatchObject({
      ...{ source: 'entitlements.consume', subject: { type: 'feature', id: feature } },
    });
    await kit.advance('PT10M');
    expect(taken).toHaveLength(3);
    expect((await kit.events.history({ types: ['quota.exceeded'] })).items).toHaveLength(3);
  });

  test('in a transaction that is rolled back was refused all the same', async () => {
    const { kit, taken } = await started();
    const undone = kit.transaction(async (inner) => {
      await inner.tryConsume({ customer: 'ann', feature, amount: 500 });
      throw new Error('changed its mind');
    });
    await expect(undone).rejects.toThrow('changed its mind');

    await kit.advance('PT1M');

    expect(taken.map(({ data }) => data.requested)).toEqual([500]);
  });

  test('of somebody who was erased since is not written', async () => {
    const { kit, taken, refuse } = await started();
    await kit.consume({ customer: 'ann', feature });
    await refuse('ann', 500);
    await refuse('bob', 500);
    await kit.customers.erase({ customer: 'ann', reason: 'asked for it' });

    await kit.advance('PT1M');

    expect(taken.map(({ customer }) => customer)).toEqual(['bob']);
  });
});

describePostgres('what several processes refused', (makeUrl) => {
  test('in one minute is one event; what comes after it was given out is told with a later minute', async () => {
    const url = await makeUrl();
    const [one, other] = [await open(url), await open(url)];
    const refuse = async (kit: typeof one, amount: number) =>
      expect((await kit.tryConsume({ customer: 'ann', feature, amount })).allowed).toBe(false);
    const taken: Exceeded[] = [];
    await refuse(one, 201);
    await refuse(other, 202);
    await refuse(other, 203);
    await one.advance('PT1M');
    await other.advanceTo('2026-01-10T10:01:30Z');
    const history = async () =>
      (await one.events.history({ types: ['quota.exceeded'] })).items.map(
        ({ data }) => (data as Exceeded['data']).attempts,
      );
    expect(await history()).toEqual([3]);

    await refuse(one, 204);
    await refuse(other, 205);
    one.events.consumer('watcher', {
      ...{ types: ['quota.exceeded'], from: 'beginning' },
      handle: (event) => void taken.push(event),
    });
    await one.advance('PT1M');
    expect(taken.map(({ data }) => data.attempts)).toEqual([3, 1]);
    await other.advanceTo('2026-01-10T10:02:30Z');
    expect(await history()).toEqual([1, 3]);
    await other.close();
    await one.advance('PT1M');

    expect(taken.map(({ data }) => [data.attempts, data.requested])).toEqual([
      [3, 203],
      [1, 204],
      [1, 205],
    ]);
    expect(new Set(taken.map(({ id }) => id)).size).toBe(3);
    await one.close();
  });
});

test('what is counted when a kit closes is written down first', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'refusals-'));
  const first = await open(`file:${folder}/books`);
  await first.tryConsume({ customer: 'ann', feature, amount: 500 });
  await first.close();

  const second = await open(`file:${folder}/books`);
  const { items } = await second.events.history({ types: ['quota.exceeded'] });

  expect(items).toMatchObject([{ customer: 'ann', data: { requested: 500, attempts: 1 } }]);
  await second.close();
  await rm(folder, { recursive: true });
});
