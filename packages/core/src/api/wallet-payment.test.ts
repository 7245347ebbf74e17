/** Orders that the wallet pays: what is set aside, what is taken, and what comes back, whoever else pays meanwhile. */
import { createTestBursar } from '@bursar/core/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeDatabases, describePostgres } from '#test/databases.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { createBursar } from '../bursar.ts';
import { defineCatalog } from '../catalog/index.ts';
import { fixedRates } from '../ledger/index.ts';
import { type TestGateway, testGateway } from '../orders/index.ts';

const catalog = defineCatalog({
  units: { EUR: { scale: 2 }, points: {}, calls: {} },
  features: { export: { kind: 'boolean' } },
  plans: {
    club: { period: 'P1M', price: { EUR: 500 }, billing: 'order', features: { export: true } },
  },
  offers: {
    pack: { group: 'packs', price: { EUR: 1000 }, grants: { calls: 100 } },
    gift: { price: { EUR: 0 }, grants: { calls: 1 } },
  },
});
const rates = fixedRates({ base: 'EUR', rates: { points: '3.3' }, source: 'house' });
const settings = { 'orders.payWithWallet': true };
const returnUrl = 'https://app.example/bought';
const ann = { customer: 'ann' } as const;
const pack = { ...ann, offer: 'pack' } as const;

describeDatabases('an order paid from the wallet', (makeUrl) => {
  let shared: ReturnType<typeof open>;
  let count = 0;
  const gateway: TestGateway = testGateway({ payments: ['delay'] });
  let ahead = 0;
  const clock = { now: () => new Date(Date.now() + ahead) };
  const open = (database: string) =>
    createBursar({
      ...{ catalog, clock, database, rates, settings, logger: silentLogger },
      gateways: { test: gateway },
    });
  beforeAll(async () => {
    shared = open(await makeUrl());
    await shared.ready();
  });
  afterAll(() => shared.close());

  async function shop({ EUR = 2500, points = 100 } = {}) {
    count += 1;
    const kit = shared.tenant(`shop-${count}`);
    if (EUR > 0) await kit.wallet.credit({ ...ann, unit: 'EUR', amount: EUR });
    await kit.wallet.credit({ ...ann, unit: 'points', amount: points });
    const left = async (unit: 'EUR' | 'points' | 'calls' = 'EUR') => {
      const { settled, held } = await kit.wallet.balance({ ...ann, unit });
      return { settled, held };
    };
    return { kit, left };
  }

  test('is paid at once, and once under a key', async () => {
    const { kit, left } = await shop();
    const asked = { ...pack, payFrom: 'EUR', idempotencyKey: 'k' } as const;

    const { order, checkout } = await kit.orders.create(asked);
    const again = await kit.orders.create(asked);

    expect(order).toMatchObject({ status: 'paid', method: 'wallet' });
    expect(order.wallet).toMatchObject({ amount: 1000, unit: 'EUR', scale: 2 });
    expect(checkout).toEqual({ kind: 'none' });
    expect(again).toMatchObject({ replayed: true, order: { id: order.id } });
    expect([await left(), await left('calls')]).toEqual([
      { settled: 1500, held: 0 },
      { settled: 100, held: 0 },
    ]);
    const [entry] = (await kit.wallet.statement({ ...ann, unit: 'EUR' })).items;
    expect(entry).toMatchObject({ amount: -1000, reference: { type: 'order', id: order.id } });
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
  });

  test('has a receipt that says what of the wallet paid it', async () => {
    const { kit } = await shop();

    const { order } = await kit.orders.create({ ...pack, payFrom: 'points' });

    const { paid, total } = await kit.orders.receipt({ ...ann, order: order.id });
    expect(total).toMatchObject({ amount: 1000, unit: 'EUR' });
    expect(paid).toMatchObject([{ method: 'wallet', sum: { amount: 33, unit: 'points' } }]);
  });

  test('with less than it costs, or where wallets do not pay, is no order', async () => {
    const { kit, left } = await shop({ EUR: 999 });
    await expect(kit.orders.create({ ...pack, payFrom: 'EUR' })).rejects.toMatchObject({
      code: 'insufficient_balance',
      details: { available: 999 },
    });
    await expect(kit.orders.create({ ...pack, payFrom: 'pebbles' })).rejects.toMatchObject({
      code: 'unit_unknown',
    });
    await expect(kit.orders.create({ ...pack, payFrom: 'calls' })).rejects.toMatchObject({
      code: 'rate_missing',
    });
    await kit.settings.set({ key: 'orders.payWithWallet', value: false });
    for (const choice of [
      { payFrom: 'EUR' },
      { payFrom: 'EUR', gateway: 'test' },
      { capture: false, returnUrl },
    ])
      await expect(kit.orders.create({ ...pack, ...choice })).rejects.toMatchObject({
        code: 'validation',
      });

    expect((await kit.orders.list(ann)).items).toEqual([]);
    expect(await left()).toEqual({ settled: 999, held: 0 });
  });

  test('that is refused inside a host’s transaction leaves nothing of it there', async () => {
    const { kit, left } = await shop({ EUR: 1_500 });
    const startsAt = new Date(Date.now() + ahead + 60_000);
    const late = { ...pack, startsAt, capture: false } as const;
    const { order } = await kit.orders.create({ ...late, payFrom: 'EUR' });
    ahead += 120_000;
    const asked = { ...ann, order: order.id };

    await shared.transaction(async (_, tx) => {
      const inside = shared.using(tx).tenant(`shop-${count}`);
      await expect(
        inside.orders.create({ ...pack, payFrom: 'EUR', idempotencyKey: 'poor' }),
      ).rejects.toMatchObject({ code: 'insufficient_balance' });
      await expect(inside.orders.confirm({ ...asked, payment: 'wallet' })).rejects.toMatchObject({
        code: 'start_in_past',
      });
    });

    expect((await kit.orders.list(ann)).items.map(({ id }) => id)).toEqual([order.id]);
    expect(await left()).toEqual({ settled: 1_500, held: 1_000 });
    expect((await kit.orders.cancel(asked)).wallet).toBe(null);
    expect(await left()).toEqual({ settled: 1_500, held: 0 });
  });

  test('that the host has only reserved is not completed by its customer, nor by anybody’s name', async () => {
    const { kit, left } = await shop();
    const { order } = await kit.orders.create({ ...pack, payFrom: 'EUR', capture: false });
    await kit.settings.set({ key: 'orders.payWithWallet', value: false });
    const stranger = kit.orders.pay({ customer: 'bea', order: order.id, payFrom: 'EUR' });
    await expect(stranger).rejects.toMatchObject({ code: 'not_found' });
    await kit.settings.set({ key: 'orders.payWithWallet', value: true });

    await expect(kit.orders.pay({ ...ann, order: order.id, payFrom: 'EUR' })).rejects.toMatchObject(
      { code: 'invalid_state' },
    );

    expect(await left()).toEqual({ settled: 2_500, held: 1_000 });
  });

  test('is replayed under its key, whatever has become of wallets since', async () => {
    const { kit } = await shop();
    const asked = { ...pack, payFrom: 'EUR', idempotencyKey: 'k' } as const;
    const { order } = await kit.orders.create(asked);
    await kit.settings.set({ key: 'orders.payWithWallet', value: false });

    const again = await kit.orders.create(asked);

    expect(again).toMatchObject({ replayed: true, order: { id: order.id, status: 'paid' } });
  });

  test('of nothing to pay takes nothing', async () => {
    const { kit, left } = await shop({ EUR: 0 });

    const { order } = await kit.orders.create({ ...ann, offer: 'gift', payFrom: 'EUR' });

    expect(order).toMatchObject({ status: 'paid', method: 'free', wallet: null });
    expect(await left()).toEqual({ settled: 0, held: 0 });
  });

  test('is set aside without capture, where nothing but the order moves it, and taken when it is confirmed', async () => {
    const { kit, left } = await shop();

    const { order } = await kit.orders.create({ ...pack, payFrom: 'EUR', capture: false });
    const [hold] = (await kit.wallet.holds(ann)).items;
    const named = { hold: hold?.id ?? '' };
    for (const move of [
      () => kit.wallet.release(named),
      () => kit.wallet.capture(named),
      () => kit.wallet.extend({ ...named, until: 'P1D' }),
    ])
      await expect(move()).rejects.toMatchObject({ code: 'invalid_state' });

    expect(order).toMatchObject({ status: 'pending', method: null, wallet: { amount: 1000 } });
    expect([await left(), await left('calls')]).toEqual([
      { settled: 2500, held: 1000 },
      { settled: 0, held: 0 },
    ]);
    const paid = await kit.orders.confirm({ ...ann, order: order.id, payment: 'wallet' });
    expect(paid).toMatchObject({ status: 'paid', method: 'wallet' });
    expect([await left(), await left('calls')]).toEqual([
      { settled: 1500, held: 0 },
      { settled: 100, held: 0 },
    ]);
    await expect(
      kit.orders.confirm({ ...ann, order: order.id, payment: 'wallet' }),
    ).rejects.toMatchObject({ code: 'duplicate_payment' });
  });

  test('comes back whole when it is canceled, when somebody else pays it, and when its owner is erased', async () => {
    const { kit, left } = await shop();
    const aside = async () =>
      (await kit.orders.create({ ...pack, payFrom: 'EUR', capture: false })).order.id;

    const canceled = await kit.orders.cancel({ ...ann, order: await aside() });
    const byHand = await kit.orders.confirm({ ...ann, order: await aside(), payment: 'manual' });

    expect([canceled.wallet, byHand.wallet, byHand.method]).toEqual([null, null, 'manual']);
    expect(await left()).toEqual({ settled: 2500, held: 0 });
    const unpaid = (await kit.orders.create({ ...pack, returnUrl })).order.id;
    await expect(
      kit.orders.confirm({ ...ann, order: unpaid, payment: 'wallet' }),
    ).rejects.toMatchObject({ code: 'invalid_state' });
    await kit.orders.cancel({ ...ann, order: unpaid });
    await aside();
    await kit.wallet.debit({ ...ann, unit: 'EUR', amount: 1500 });
    await kit.customers.erase({ ...ann, force: true, reason: 'asked for' });
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
  });

  test('that waits at a gateway is the very order, and what the gateway takes later is not handed out again', async () => {
    const { kit, left } = await shop();
    const waiting = (await kit.orders.create({ ...pack, returnUrl })).order;

    const { order, replayed } = await kit.orders.create({ ...pack, payFrom: 'EUR' });
    const other = (await kit.orders.create({ ...pack, returnUrl })).order;
    const paid = await kit.orders.pay({ ...ann, order: other.id, payFrom: 'EUR' });

    expect([order.id, order.status, replayed]).toEqual([waiting.id, 'paid', true]);
    expect(paid.order).toMatchObject({ id: other.id, status: 'paid', method: 'wallet' });
    await expect(kit.orders.pay({ ...ann, order: other.id, payFrom: 'EUR' })).rejects.toMatchObject(
      { code: 'already_paid' },
    );
    expect([await left(), await left('calls')]).toEqual([
      { settled: 500, held: 0 },
      { settled: 200, held: 0 },
    ]);
  });

  test('in points costs what they stand for, rounded up, and goes back as points', async () => {
    const { kit, left } = await shop({ EUR: 0 });
    const { order } = await kit.orders.create({ ...pack, payFrom: 'points' });
    expect(order).toMatchObject({ total: { amount: 1000 }, wallet: { amount: 33 } });

    const seen = [];
    for (const amount of [1, 333, 333, 333]) {
      const { refund } = await kit.orders.refund({ ...ann, order: order.id, amount, reason: 'r' });
      seen.push([refund.to, (await left('points')).settled]);
    }

    expect(seen).toEqual([
      ['wallet', 67],
      ['wallet', 78],
      ['wallet', 89],
      ['wallet', 100],
    ]);
    expect(await left()).toEqual({ settled: 0, held: 0 });
    expect(await kit.orders.get({ order: order.id } as never)).toMatchObject({
      status: 'refunded',
    });
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
  });
});

test('lapses and gives back what was set aside; and pays the next period of a plan', async () => {
  const bursar = await createTestBursar({ catalog, settings, at: '2026-01-01T00:00:00Z' });
  const kit = bursar.customer('ann');
  await kit.wallet.credit({ unit: 'EUR', amount: 1600 });
  await kit.orders.create({ offer: 'pack', payFrom: 'EUR', capture: false });
  await kit.subscribe({ plan: 'club' });
  const payWhatIsOwed = async () => {
    const { items } = await kit.orders.list({ status: 'pending' });
    const owed = items.find(({ period }) => period !== null);
    return kit.orders.pay({ order: owed?.id ?? '', payFrom: 'EUR' });
  };

  await payWhatIsOwed();
  await bursar.advanceTo('2026-02-01T00:00:01Z');
  const { order } = await payWhatIsOwed();

  expect(order).toMatchObject({ status: 'paid', method: 'wallet', period: 2 });
  expect(await kit.wallet.balance({ unit: 'EUR' })).toMatchObject({ settled: 600, held: 0 });
  expect(await kit.subscriptions.current()).toMatchObject({ plan: 'club', status: 'active' });
  await bursar.close();
});

describePostgres('wallets that several processes pay from', (makeUrl) => {
  test('pay of 300 orders at once exactly those there is money for, and of one order once', async () => {
    const database = await makeUrl();
    const kits = Array.from({ length: 3 }, () =>
      createBursar({ catalog, database, settings, rates, logger: silentLogger, worker: false }),
    );
    const [kit] = kits as [(typeof kits)[number]];
    await kit.wallet.credit({ ...ann, unit: 'EUR', amount: 40_500 });
    const one = await kit.orders.create({ ...pack, payFrom: 'EUR', capture: false });
    await kit.orders.cancel({ ...ann, order: one.order.id });
    const open = (await kit.orders.create({ ...pack })).order.id;

    const outcomes = await Promise.allSettled([
      ...Array.from({ length: 300 }, (_, index) =>
        kits[index % 3]?.orders.create({ ...pack, payFrom: 'EUR', capture: index % 2 === 0 }),
      ),
      ...Array.from({ length: 30 }, (_, index) =>
        kits[index % 3]?.orders.pay({ ...ann, order: open, payFrom: 'EUR' }),
      ),
    ]);
    const { items } = await kit.orders.list({ ...ann, status: 'pending', limit: 100 });
    for (const { id } of items.filter(({ id }) => id !== open))
      await kit.orders.cancel({ ...ann, order: id });

    const fine = outcomes.filter(({ status }) => status === 'fulfilled').length;
    const codes = new Set(
      outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : [])),
    );
    expect(fine).toBe(40);
    expect([...codes].sort()).toEqual(expect.arrayContaining(['insufficient_balance']));
    const { settled, held } = await kit.wallet.balance({ ...ann, unit: 'EUR' });
    const { settled: calls } = await kit.wallet.balance({ ...ann, unit: 'calls' });
    expect([40_500 - settled, held]).toEqual([(calls / 100) * 1_000, 0]);
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
    for (const one of kits) await one.close();
  }, 120_000);
});
