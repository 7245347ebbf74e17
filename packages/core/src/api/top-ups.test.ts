/** What is bought by itself when a balance runs low: once for each drop, later after a decline, and never beyond its limit. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeDatabases, describePostgres } from '#test/databases.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { createBursar } from '../bursar.ts';
import { defineCatalog } from '../catalog/index.ts';
import { type TestOutcome, testGateway } from '../orders/index.ts';
import { createTestBursar } from '../testing.ts';

const catalog = defineCatalog({
  units: { EUR: { scale: 2 }, points: {} },
  features: { calls: { kind: 'metered' }, seats: { kind: 'gauge' } },
  offers: {
    pack: { price: { EUR: 500 }, grants: { points: 100 } },
    calls: { price: { EUR: 300 }, grants: { calls: 50 } },
    gift: { price: { EUR: 0 }, grants: { points: 1 } },
  },
});
const ann = { customer: 'ann', unit: 'points' } as const;
const instruction = { ...ann, atOrBelow: 20, offer: 'pack' } as const;
const silent = silentLogger;

describeDatabases('an instruction to buy more', (makeUrl) => {
  let script: TestOutcome[] = [];
  const gateway = testGateway({ payments: () => script.shift() ?? 'succeed' });
  const awayless = { ...testGateway(), chargesOffSession: undefined };
  let bursar: Awaited<ReturnType<typeof open>>;
  let count = 0;
  const open = (database: string) =>
    createTestBursar({
      ...{ catalog, database, at: '2026-01-01T00:00:00Z', logger: silent },
      gateways: { test: gateway, awayless },
    });
  beforeAll(async () => {
    bursar = await open(await makeUrl());
  });
  afterAll(() => bursar.close());
  function shop() {
    count += 1;
    script = [];
    const kit = bursar.tenant(`top-up-${count}`);
    const available = async () => (await kit.wallet.balance(ann)).available;
    const orders = async () =>
      (await kit.orders.list({ customer: 'ann' })).items.map(({ status }) => status).reverse();
    const told = async () =>
      (await kit.events.history({ types: ['top_up.failed', 'top_up.stopped'] })).items
        .map(({ type, data }) => `${type} ${(data as { because: string }).because}`)
        .reverse();
    const spend = (amount: number) => kit.wallet.debit({ ...ann, amount });
    const fill = (amount: number) => kit.wallet.credit({ ...ann, amount });
    const set = (more = {}) =>
      kit.wallet.setAutoTopUp({ ...instruction, gateway: 'test', ...more });
    return { kit, available, orders, told, spend, fill, set };
  }

  test('buys once for each drop, and at once where it is low already', async () => {
    const { available, orders, spend, fill, set, kit } = shop();
    await fill(100);
    const answer = await set();
    await bursar.advance('PT1S');
    const before = await orders();
    await spend(79);
    await bursar.advance('PT1S');
    const above = await orders();
    await spend(1);
    await spend(5);
    await bursar.advance('PT1S');

    expect(answer).toMatchObject({ unit: 'points', atOrBelow: 20, offer: 'pack', state: 'on' });
    expect([before, above]).toEqual([[], []]);
    expect(await orders()).toEqual(['paid']);
    expect(await available()).toBe(115);
    await spend(110);
    await bursar.advance('PT1S');
    expect(await available()).toBe(105);
    const other = shop();
    await other.set();
    await bursar.advance('PT1S');
    expect(await other.available()).toBe(100);
    expect((await kit.ledger.verify()).broken).toEqual([]);
  });

  test('waits longer after each decline, tells of it, and stops after the third until it is set anew', async () => {
    const { kit, available, orders, told, set } = shop();
    script = ['refuse', 'refuse', 'refuse'];
    await set();
    await bursar.advance('PT59M');
    const first = await told();
    await bursar.advance('PT2M');
    const second = await told();
    await bursar.advance('PT3H');
    const waiting = await told();
    await bursar.advance('PT2H');
    const third = await told();
    await bursar.advance('P7D');

    expect(first).toEqual(['top_up.failed declined']);
    expect(second).toEqual(waiting);
    expect(waiting).toEqual(['top_up.failed declined', 'top_up.failed declined']);
    expect(third).toEqual([...waiting, 'top_up.stopped declined']);
    expect(await told()).toEqual(third);
    expect(await orders()).toEqual(['canceled', 'canceled', 'canceled']);
    expect(await kit.wallet.autoTopUp(ann)).toMatchObject({ state: 'stopped', declines: 3 });
    await set();
    await bursar.advance('PT1S');
    expect(await available()).toBe(100);
    expect(await kit.wallet.autoTopUp(ann)).toMatchObject({ state: 'on', declines: 0 });
  });

  test('buys no more than its limit says within its time', async () => {
    const { available, told, spend, set } = shop();
    await set({ limit: { purchases: 2, per: 'P1D' } });
    await bursar.advance('PT1S');
    await spend(90);
    await bursar.advance('PT1S');
    await spend(100);
    await bursar.advance('PT1H');
    const held = await available();
    const said = await told();
    await bursar.advance('P1D');

    expect(held).toBe(10);
    expect(said).toEqual(['top_up.failed limit']);
    expect(await available()).toBe(110);
  });

  test('goes on with the same order where nobody knows what became of it', async () => {
    const { available, orders, told, set } = shop();
    script = ['fail_after'];
    await set();
    await bursar.advance('PT1H');

    expect(await orders()).toEqual(['paid']);
    expect(await available()).toBe(100);
    expect(await told()).toEqual([]);
  });

  test('waits for a payment that is under way, and buys nothing beside it', async () => {
    const { available, orders, spend, fill, set } = shop();
    script = ['delay'];
    await set();
    await fill(30);
    await spend(25);
    await bursar.advance('PT1H');
    const waiting = await orders();
    gateway.settle(gateway.payments().at(-1)?.id ?? '', 'succeed');
    await bursar.advance('PT1H');

    expect(waiting).toEqual(['pending']);
    expect(await orders()).toEqual(['paid']);
    expect(await available()).toBe(105);
  });

  test('buys uses of a feature too; taken back it buys nothing', async () => {
    const { kit, orders, set, spend, fill } = shop();
    const calls = { customer: 'ann', unit: 'calls' } as const;
    await kit.wallet.setAutoTopUp({ ...calls, atOrBelow: 5, offer: 'calls', gateway: 'test' });
    await bursar.advance('PT1S');
    expect((await kit.check({ customer: 'ann', feature: 'calls' })).available).toBe(50);

    await fill(50);
    await set();
    expect(await kit.wallet.removeAutoTopUp(ann)).toMatchObject({ offer: 'pack' });
    await spend(50);
    await bursar.advance('PT1H');
    expect(await orders()).toEqual(['paid']);
    expect(await kit.wallet.autoTopUp(ann)).toBeNull();
    expect(await kit.wallet.removeAutoTopUp(ann)).toBeNull();
  });

  test('is refused where it could not buy, and nothing is set', async () => {
    const { kit, set } = shop();
    for (const [wrong, pointer] of [
      [{ offer: 'calls' }, '/offer'],
      [{ offer: 'gift' }, '/offer'],
      [{ gateway: 'awayless' }, '/gateway'],
      [{ gateway: 'nowhere' }, '/gateway'],
      [{ unit: 'seats' }, '/unit'],
      [{ atOrBelow: -1 }, '/atOrBelow'],
      [{ limit: { purchases: 1, per: 'P0D' } }, '/limit/per'],
    ] as const)
      await expect(set(wrong), pointer).rejects.toMatchObject({
        ...{ code: 'validation', details: { errors: [{ pointer }] } },
      });
    await expect(set({ offer: 'nothing' })).rejects.toMatchObject({ code: 'offer_unknown' });
    expect(await kit.wallet.autoTopUp(ann)).toBeNull();
  });
});

describePostgres('two hundred spends in four processes', (makeUrl) => {
  test('that take a balance below its minimum have one order placed', async () => {
    const gateway = testGateway();
    const database = await makeUrl();
    const kits = Array.from({ length: 4 }, () =>
      createBursar({ catalog, database, logger: silent, gateways: { test: gateway } }),
    );
    const [kit] = kits;
    if (!kit) throw new Error('no kit');
    await kit.ready();
    await kit.wallet.credit({ ...ann, amount: 250 });
    await kit.wallet.setAutoTopUp({ ...instruction, atOrBelow: 100 });
    await Promise.all(kits.map((one) => one.start()));

    await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        (kits[index % 4] ?? kit).wallet.debit({ ...ann, amount: 1 }),
      ),
    );
    const jobs = async () =>
      (await kit.jobs.list({ kind: 'wallet.top_up' })).items.map(({ state }) => state);
    await expect.poll(jobs, { timeout: 30_000 }).toEqual(['done']);

    expect((await kit.orders.list({ customer: 'ann' })).items).toMatchObject([{ status: 'paid' }]);
    expect((await kit.wallet.balance(ann)).available).toBe(150);
    expect(gateway.payments()).toHaveLength(1);
    expect((await kit.ledger.verify()).broken).toEqual([]);
    for (const one of kits) await one.close();
  }, 60_000);
});
