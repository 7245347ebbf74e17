/** Settings of a whole kit: options, several processes on one database, and what is remembered between a change and its reading. */
import postgres from 'postgres';
import { afterEach, expect, test } from 'vitest';
import { describePostgres } from '#test/databases.ts';
import { catalog, eventually } from '#test/kit.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { createBursar } from '../bursar.ts';
import { readOptions } from './options.ts';

const triggers = { visit: {} };
const key = 'holds.ttl';
const options = { catalog, logger: silentLogger, worker: false };

test('the option takes flat and nested keys, and older ones', () => {
  const visit = { enabled: true, unit: 'points', actor: { fixed: 3 } };
  const { configuredSettings } = readOptions({
    ...{ catalog, triggers },
    settings: {
      ...{ 'holds.ttl': 'PT1H', withdrawals: { min_amount: 5, enabled: false }, orders: undefined },
      triggers: { visit },
    },
  });

  expect(Object.fromEntries(configuredSettings)).toEqual({
    ...{ 'holds.ttl': 'PT1H', 'withdrawals.minAmount': 5, 'withdrawals.enabled': false },
    'triggers.visit': visit,
  });
});

test.each([
  ['settings.holds.tll', { holds: { tll: 'P1D' } }],
  ['settings.triggers.sale.enabled', { triggers: { sale: { enabled: true } } }],
  ['settings.holds.ttl', { 'holds.ttl': 'soon' }],
  ['settings.holds.ttl', { holds: { ttl: null } }],
  ['settings.withdrawals.minAmount', { withdrawals: { minAmount: 1, min_amount: 2 } }],
  ['settings.holds', { holds: 'P1D' }],
])('%s is refused when the kit is made', (option, settings) => {
  expect(() => readOptions({ catalog, triggers, settings })).toThrow(
    expect.objectContaining({ code: 'configuration', details: { option } }),
  );
});

describePostgres('settings of two processes', (makeUrl) => {
  const opened: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
  });

  async function two(more: { settings?: Readonly<Record<string, unknown>> } = {}) {
    const database = await makeUrl();
    const admin = postgres(database, { max: 1, onnotice: () => {} });
    opened.push({ close: () => admin.end() });
    const kits = [1, 2].map(() => createBursar({ ...options, ...more, database }));
    opened.push(...kits);
    await Promise.all(kits.map((kit) => kit.ready()));
    const listens = async () =>
      (
        await admin`select pid from pg_stat_activity
                     where datname = current_database() and query = 'listen "bursar_rights"'`
      ).length;
    await eventually(async () => (await listens()) === 2);
    return {
      admin,
      database,
      one: kits[0] as (typeof kits)[0],
      other: kits[1] as (typeof kits)[0],
    };
  }

  type Holds = { hold(input: typeof asked): Promise<{ expiresAt: Date }> };
  const asked = { customer: 'ann', unit: 'points', amount: 1 } as const;

  /** What a hold without a time of its own lasts, in hours. */
  async function lasts(kit: Holds): Promise<number> {
    const { expiresAt } = await kit.hold(asked);
    return Math.round((expiresAt.getTime() - Date.now()) / 3_600_000);
  }

  test('a change holds in the other process without a restart, for what it remembers too', async () => {
    const { one, other } = await two({ settings: { holds: { ttl: 'PT5H' } } });
    await one.wallet.credit({ customer: 'ann', unit: 'points', amount: 100 });
    expect([await lasts(one), await lasts(other)]).toEqual([5, 5]);

    await one.settings.set({ key, value: 'PT2H' });
    const seen = [await other.settings.get(key), await lasts(one)];

    expect(seen).toEqual(['PT2H', 2]);
    await eventually(async () => (await lasts(other)) === 2);
    await other.settings.unset({ key });
    expect([await one.settings.get(key), await lasts(other)]).toEqual(['PT5H', 5]);
    await eventually(async () => (await lasts(one)) === 5);
  });

  test('what is not changed is read from memory: a hundred holds ask the table no more than once', async () => {
    const { admin, database, one } = await two();
    await one.wallet.credit({ customer: 'ann', unit: 'points', amount: 200 });
    await lasts(one);
    const forgetful = createBursar({ ...options, database, cache: false });
    opened.push(forgetful);
    const scans = async () => {
      const [row] =
        await admin`select coalesce(seq_scan, 0) + coalesce(idx_scan, 0) as scans from pg_stat_user_tables where relname = 'settings'`;
      return Number(row?.scans);
    };
    const before = await scans();

    for (let times = 0; times < 100; times += 1) await lasts(one);
    await one.close();
    for (let times = 0; times < 20; times += 1) await lasts(forgetful);
    await forgetful.close();

    // What a connection did is counted when it ends; those twenty were the last.
    await eventually(async () => (await scans()) - before >= 20);
    expect((await scans()) - before).toBeLessThan(30);
  });

  test('changes of both at once are all told, each from what the one before left', async () => {
    const { one, other } = await two();
    const told: { old: unknown; new: unknown; version: number }[] = [];
    for (const kit of [one, other])
      kit.events.on('setting.changed', ({ data }) => void told.push(data));
    const kits = Array.from({ length: 20 }, (_, index) => (index % 2 ? one : other));

    await Promise.all(
      kits.map((kit, index) => kit.settings.set({ key, value: `PT${index + 1}H` })),
    );

    await eventually(() => told.length === 20);
    const steps = told.toSorted((a, b) => a.version - b.version);
    expect(steps.map(({ version }) => version)).toEqual(steps.map((_, index) => index + 1));
    expect(steps.map(({ old }) => old)).toEqual([
      'P7D',
      ...steps.slice(0, -1).map((step) => step.new),
    ]);
    expect(await other.settings.get(key)).toBe(steps.at(-1)?.new);
  });

  test('what the host’s transaction changes holds inside at once, outside once it commits, and never if it does not', async () => {
    const { admin, one } = await two();
    await one.wallet.credit({ customer: 'ann', unit: 'points', amount: 100 });
    expect(await lasts(one)).toBe(168);

    await admin
      .begin(async (tx) => {
        await one.using(tx).settings.set({ key, value: 'PT1H' });
        throw new Error('never mind');
      })
      .catch(() => {});
    expect(await lasts(one)).toBe(168);
    await admin.begin(async (tx) => {
      const inside = one.using(tx);
      await inside.settings.set({ key, value: 'PT3H' });
      expect(await inside.settings.get(key)).toBe('PT3H');
      expect(await one.settings.get(key)).toBe('P7D');
      expect(await lasts(one)).toBe(168);
    });

    expect(await lasts(one)).toBe(3);
  });
});
