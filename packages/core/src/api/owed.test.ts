/** Use before purchase: what customers owe is listed for invoices, until what they buy fills it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeDatabases } from '#test/databases.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { createBursar } from '../bursar.ts';
import { defineCatalog } from '../catalog/index.ts';
import { testClock } from '../kernel/index.ts';

const catalog = defineCatalog({
  units: { EUR: { scale: 2 }, calls: {} },
  features: { reports: { kind: 'metered' } },
  plans: { pro: { period: 'P1M', features: { reports: { quota: 2, limit: 'soft' } } } },
  offers: { pack: { price: { EUR: 0 }, grants: { calls: 50 } } },
});
const ann = { customer: 'ann', unit: 'calls' } as const;
const bea = { customer: 'bea', unit: 'EUR' } as const;
const reason = 'pays by invoice';

describeDatabases('what is owed', (makeUrl) => {
  let bursar: ReturnType<typeof open>;
  let count = 0;
  const open = (database: string) => createBursar({ catalog, database, logger: silentLogger });
  beforeAll(async () => {
    bursar = open(await makeUrl());
    await bursar.ready();
  });
  afterAll(() => bursar.close());

  /** Ann owes 30 calls and Bea 5 euros; Cid used more than its quota, and Dan has something left. */
  async function books() {
    count += 1;
    const kit = bursar.tenant(`owed-${count}`);
    await kit.wallet.setLimits({ ...ann, floor: -100, reason });
    await kit.wallet.debit({ ...ann, amount: 30 });
    await kit.wallet.setLimits({ ...bea, floor: -1_000, reason });
    await kit.wallet.credit({ ...bea, amount: 200 });
    await kit.wallet.debit({ ...bea, amount: 700 });
    await kit.subscribe({ customer: 'cid', plan: 'pro' });
    await kit.consume({ customer: 'cid', feature: 'reports', amount: 5 });
    await kit.wallet.credit({ ...ann, customer: 'dan', amount: 1 });
    return kit;
  }

  test('is what is below zero in each unit that is no feature', async () => {
    const kit = await books();

    const { items, next } = await kit.wallet.owed();

    expect(items).toMatchObject([
      { ...ann, owed: { amount: 30 } },
      { ...bea, owed: { amount: 500, formatted: '5.00' } },
    ]);
    expect(next).toBe(null);
    expect((await kit.wallet.owed({ unit: 'EUR' })).items).toEqual([items[1]]);
    expect((await kit.customer('ann').wallet.owed()).items).toEqual([items[0]]);
    expect((await kit.wallet.owed({ customer: 'dan' })).items).toEqual([]);
    await expect(kit.wallet.owed({ unit: 'pebbles' as never })).rejects.toMatchObject({
      code: 'unit_unknown',
    });
  });

  test('goes no further than the floor, and comes page by page', async () => {
    const kit = await books();
    await expect(kit.wallet.debit({ ...ann, amount: 71 })).rejects.toMatchObject({
      code: 'insufficient_balance',
    });
    await kit.wallet.debit({ ...ann, amount: 70 });

    const first = await kit.wallet.owed({ limit: 1 });
    const second = await kit.wallet.owed({ limit: 1, cursor: first.next ?? undefined });

    expect(first.items).toMatchObject([{ ...ann, owed: { amount: 100 } }]);
    expect(second.items).toMatchObject([bea]);
    expect(second.next).toBe(null);
    await expect(kit.wallet.owed({ cursor: 'rubbish' })).rejects.toMatchObject({ code: 'cursor' });
  });

  test('is filled first by what is bought, whose grant keeps the rest', async () => {
    const kit = await books();

    await kit.wallet.credit({ ...ann, amount: 10 });
    const partly = (await kit.wallet.owed({ unit: 'calls' })).items;
    await kit.orders.create({ customer: 'ann', offer: 'pack' });

    expect(partly).toMatchObject([{ owed: { amount: 20 } }]);
    expect((await kit.wallet.owed({ unit: 'calls' })).items).toEqual([]);
    expect(await kit.wallet.balance(ann)).toMatchObject({ settled: 30, available: 30 });
    expect(await kit.wallet.grants(ann)).toMatchObject([
      { source: 'top_up', amount: 10, remaining: 0 },
      { source: 'order', amount: 50, remaining: 30 },
    ]);
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
  });
});

describeDatabases('what is owed by the clock', (makeUrl) => {
  test('is owed since it last went below zero, and no longer once what was to come has come, booked or not', async () => {
    const clock = testClock('2026-01-01T00:00:00Z');
    const database = await makeUrl();
    // Nothing is booked by time alone.
    const bursar = createBursar({
      ...{ catalog, clock, database },
      ...{ logger: silentLogger, worker: false },
    });
    const { wallet } = bursar.customer('ann');
    const unit = 'calls' as const;
    await wallet.setLimits({ unit, floor: -100, reason });
    await wallet.debit({ unit, amount: 5 });
    await wallet.credit({ unit, amount: 5 });
    await clock.advanceTo(new Date('2026-01-02T00:00:00Z'));
    await wallet.debit({ unit, amount: 7 });
    await clock.advanceTo(new Date('2026-01-03T00:00:00Z'));
    await wallet.debit({ unit, amount: 1 });
    const effectiveAt = new Date('2026-01-05T00:00:00Z');
    await wallet.credit({ unit, amount: 9, effectiveAt, notBeforeStart: true });

    const owed = await wallet.owed();
    await clock.advanceTo(effectiveAt);

    expect(owed.items).toMatchObject([
      { owed: { amount: 8 }, since: new Date('2026-01-02T00:00:00Z') },
    ]);
    expect((await wallet.owed()).items).toEqual([]);
    await bursar.close();
  });
});
