/** Refunds through the kit: what goes back, what is taken for it, and what a gateway that fails leaves behind. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeDatabases } from '#test/databases.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { createBursar } from '../bursar.ts';
import { defineCatalog } from '../catalog/index.ts';
import { type TestGateway, type TestRefundOutcome, testGateway } from '../orders/index.ts';
import { createTestBursar } from '../testing.ts';

const catalog = defineCatalog({
  units: { EUR: { scale: 2 }, points: {}, tokens: {} },
  features: { export: { kind: 'boolean' } },
  plans: { pro: { period: 'P1M', price: { EUR: 3000 }, features: { export: true } } },
  offers: {
    pack: { group: 'packs', price: { EUR: 1000 }, grants: { points: 100 }, limit: { quantity: 3 } },
    bundle: {
      ...{ price: { EUR: 1000 }, grants: { points: 50 } },
      items: [{ offer: 'pack' }, { offer: 'coins', quantity: 2 }],
    },
    coins: { price: { EUR: 100 }, grants: { tokens: 5 } },
    later: {
      ...{ price: { EUR: 100 }, cycle: 'P10D', notBeforeStart: true, grants: { points: 40 } },
    },
    month: { price: { EUR: 300 }, cycle: 'P30D' },
    gift: { price: { EUR: 0 }, grants: { points: 10 } },
    again: { price: { EUR: 1 }, unlockedBy: ['packs'] },
  },
});
const returnUrl = 'https://app.example/bought';
const ann = { customer: 'ann' } as const;

describeDatabases('a refund', (makeUrl) => {
  let shared: ReturnType<typeof open>;
  let count = 0;
  const gateways = new Map<string, TestGateway>();
  const open = (database: string) =>
    createBursar({
      ...{ catalog, database, logger: silentLogger },
      gateways: async (tenant) => ({ test: gateways.get(tenant) ?? testGateway() }),
    });
  beforeAll(async () => {
    shared = open(await makeUrl());
    await shared.ready();
  });
  afterAll(() => shared.close());

  function shop(refunds: readonly TestRefundOutcome[] = []) {
    count += 1;
    const name = `refunds-${count}`;
    const gateway = testGateway({ refunds });
    gateways.set(name, gateway);
    const kit = shared.tenant(name);
    const bought = async (offer: keyof typeof catalog.spec.offers & string, more: object = {}) => {
      const { order } = await kit.orders.create({ ...ann, offer, returnUrl, ...more } as never);
      if (order.status === 'paid') return order.id;
      return (await kit.orders.confirm({ ...ann, order: order.id })).id;
    };
    const points = async (unit: 'points' | 'tokens' | 'EUR' = 'points') => {
      const { settled, held, available } = await kit.wallet.balance({ ...ann, unit });
      return { settled, held, available };
    };
    const use = (amount: number) =>
      kit.wallet.debit({ ...ann, unit: 'points', amount, idempotencyKey: `use-${amount}` });
    const order = (id: string) => kit.orders.get({ ...ann, order: id });
    const told = async (type: 'order.refunded') =>
      (await kit.events.history({ types: [type] })).items;
    const right = async () => expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
    return { kit, gateway, bought, points, use, order, told, right };
  }

  test('of what nobody has used gives all of it back, once, and says so', async () => {
    const { kit, gateway, bought, points, order, told, right } = shop();
    const id = await bought('pack');

    const { refund, order: after } = await kit.orders.refund({
      ...{ order: id, reason: 'not wanted', idempotencyKey: 'r1' },
    });
    const again = await kit.orders.refund({
      ...{ order: id, reason: 'not wanted', idempotencyKey: 'r1' },
    });

    expect(refund).toMatchObject({
      ...{ order: id, source: 'asked', to: 'gateway', state: 'succeeded' },
      amount: { amount: 1000, unit: 'EUR' },
      units: [{ amount: 100, unit: 'points' }],
    });
    expect(after).toMatchObject({ status: 'refunded', refunded: { amount: 1000 } });
    expect(again).toMatchObject({ replayed: true, refund: { id: refund.id } });
    expect(gateway.refunds()).toMatchObject([{ sum: { amount: 1000, currency: 'EUR', scale: 2 } }]);
    expect(await points()).toEqual({ settled: 0, held: 0, available: 0 });
    const later = kit.orders.refund({ order: id });
    await expect(later).rejects.toMatchObject({ code: 'invalid_state' });
    expect((await order(id)).status).toBe('refunded');
    expect(await told('order.refunded')).toMatchObject([
      {
        data: {
          ...{ order: id, refund: refund.id, to: 'gateway', full: true },
          ...{ amount: { amount: 1000, unit: 'EUR' }, units: [{ amount: 100, unit: 'points' }] },
        },
      },
    ]);
    await right();
  });

  test.each([
    [25, 750, 75],
    [1, 990, 99],
    [99, 10, 1],
  ])('after %d of 100 were used gives %d back, and takes %d', async (used, money, taken) => {
    const { kit, bought, points, use, right } = shop();
    const id = await bought('pack');
    await use(used);

    const { refund, order } = await kit.orders.refund({ order: id });

    expect(refund).toMatchObject({ amount: { amount: money }, units: [{ amount: taken }] });
    expect(order).toMatchObject({ status: 'partly_refunded', refunded: { amount: money } });
    expect((await points()).settled).toBe(0);
    await right();
  });

  test('of all that was used is refused, and nothing is written', async () => {
    const { kit, bought, use, order, gateway } = shop();
    const id = await bought('pack');
    await use(100);

    await expect(kit.orders.refund({ order: id })).rejects.toMatchObject({ code: 'invalid_state' });

    expect(await order(id)).toMatchObject({ status: 'paid', refunded: { amount: 0 } });
    expect(gateway.refunds()).toEqual([]);
  });

  test('of a sum takes units in proportion, never more than remains, and never more money than was paid', async () => {
    const { kit, bought, points, use, order, right, told } = shop();
    const id = await bought('pack');
    const first = await kit.orders.refund({ order: id, amount: 333 });
    await use(60);
    const second = await kit.orders.refund({ order: id, amount: 333 });
    const most = kit.orders.refund({ order: id, amount: 335 });
    await expect(most).rejects.toMatchObject({
      ...{ code: 'limit_exceeded', details: { limit: 334 } },
    });

    const third = await kit.orders.refund({ order: id, amount: 334 });

    expect([first, second, third].map(({ refund }) => refund.units[0]?.amount ?? 0)).toEqual([
      ...[33, 7, 0],
    ]);
    expect(second.order.status).toBe('partly_refunded');
    expect(await order(id)).toMatchObject({ status: 'refunded', refunded: { amount: 1000 } });
    expect(await points()).toEqual({ settled: 0, held: 0, available: 0 });
    expect(
      (await told('order.refunded')).map(({ data }) => (data as { full: boolean }).full),
    ).toEqual([true, false, false]);
    await right();
  });

  test('to the wallet is a credit there, and no gateway hears of it', async () => {
    const { kit, gateway, bought, points, right } = shop();
    const id = await bought('pack');

    const { refund } = await kit.orders.refund({ order: id, to: 'wallet' });

    expect(refund).toMatchObject({ to: 'wallet', state: 'succeeded' });
    expect(await points('EUR')).toEqual({ settled: 1000, held: 0, available: 1000 });
    expect(await points()).toEqual({ settled: 0, held: 0, available: 0 });
    expect(gateway.refunds()).toEqual([]);
    const [line] = await kit.wallet.grants({ ...ann, unit: 'EUR' });
    expect(line?.source).toBe('refund');
    await right();
  });

  test('of what was paid by hand needs to be told where the money goes', async () => {
    const { kit, right } = shop();
    const { order } = await kit.orders.create({ ...ann, offer: 'pack', returnUrl });
    await kit.orders.confirm({ ...ann, order: order.id, payment: 'manual' });

    const asked = kit.orders.refund({ order: order.id });
    await expect(asked).rejects.toMatchObject({ code: 'validation' });
    const { refund } = await kit.orders.refund({ order: order.id, to: 'manual' });

    expect(refund).toMatchObject({ to: 'manual', state: 'succeeded', amount: { amount: 1000 } });
    await right();
  });

  test('of a bundle takes what came with it too, each line with one step', async () => {
    const { kit, bought, points, right } = shop();
    const id = await bought('bundle');
    await kit.wallet.debit({ ...ann, unit: 'tokens', amount: 5 });

    const { refund, order } = await kit.orders.refund({ order: id });

    // Of tokens half is used, of points nothing: the most used unit decides.
    expect(refund.amount.amount).toBe(500);
    expect(order.items.map(({ status }) => status)).toEqual(['partly_refunded', 'partly_refunded']);
    expect([await points(), await points('tokens')].map(({ settled }) => settled)).toEqual([0, 0]);
    await right();
  });

  test('of a gift takes the units, and there is no money in it', async () => {
    const { kit, bought, points, right } = shop();
    const id = await bought('gift');

    const { refund, order } = await kit.orders.refund({ order: id });

    expect(refund).toMatchObject({ to: 'none', amount: { amount: 0 }, state: 'succeeded' });
    expect(order.status).toBe('refunded');
    expect((await points()).settled).toBe(0);
    await right();
  });

  test('ends what it had unlocked, and counts towards no limit any more', async () => {
    const { kit, bought } = shop();
    const id = await bought('pack', { quantity: 3 });
    const more = () => kit.orders.create({ ...ann, offer: 'pack', returnUrl });
    const unlocked = () => kit.orders.create({ ...ann, offer: 'again', returnUrl });
    await unlocked();
    await expect(more()).rejects.toMatchObject({ code: 'quantity_limit' });
    await kit.orders.refund({ order: id, amount: 10 });
    // A part of it changes neither.
    await unlocked();
    await expect(more()).rejects.toMatchObject({ code: 'quantity_limit' });

    await kit.orders.refund({ order: id, amount: 2990 });

    await expect(unlocked()).rejects.toMatchObject({ code: 'offer_locked' });
    expect((await more()).order.status).toBe('pending');
  });

  test('of a plan ends the subscription for good', async () => {
    const { kit } = shop();
    const placed = await kit.orders.create({ ...ann, plan: 'pro', returnUrl });
    const paid = await kit.orders.confirm({ ...ann, order: placed.order.id });
    const allowed = async () => (await kit.check({ ...ann, feature: 'export' })).allowed;
    expect(await allowed()).toBe(true);

    const { order } = await kit.orders.refund({ order: paid.id, amount: 3000 });

    expect(order.status).toBe('refunded');
    expect(await allowed()).toBe(false);
    const { items } = await kit.subscriptions.list(ann);
    expect(items).toMatchObject([{ id: paid.subscription, status: 'ended' }]);
  });

  describe('through a gateway', () => {
    test.each([
      ['refuse', 'gateway_validation'],
      ['unreachable', 'gateway_error'],
      ['unauthorized', 'gateway_authorization'],
    ] as const)('that answers %s leaves everything as it was', async (outcome, code) => {
      const { kit, gateway, bought, points, order, right, told } = shop([outcome]);
      const id = await bought('pack');
      const before = [await points(), await order(id)];

      await expect(kit.orders.refund({ order: id })).rejects.toMatchObject({ code });

      const after = await order(id);
      expect([await points(), { ...after, updatedAt: null }]).toEqual([
        before[0],
        { ...(before[1] as object), updatedAt: null },
      ]);
      expect(gateway.refunds()).toEqual([]);
      expect(await told('order.refunded')).toEqual([]);
      await right();
    });
  });
});

describe('a refund whose answer is lost', () => {
  const gateways = new Map<string, TestGateway>();
  const open = () =>
    createTestBursar({
      ...{ catalog, logger: silentLogger },
      gateways: async (tenant) => ({ test: gateways.get(tenant) ?? testGateway() }),
    });
  let shared: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    shared = await open();
  });
  afterAll(() => shared.close());
  function at(tenant: string, gateway: TestGateway) {
    gateways.set(tenant, gateway);
    return shared.tenant(tenant);
  }

  test.each(['fail_before', 'fail_after'] as const)(
    '(%s) is asked for again, pays once, and nobody spends what it takes meanwhile',
    async (outcome) => {
      const gateway = testGateway({ refunds: [outcome, 'succeed'] });
      const kit = at(outcome, gateway);
      const points = { ...ann, unit: 'points' } as const;
      const placed = await kit.orders.create({ ...ann, offer: 'pack', returnUrl });
      const { id } = await kit.orders.confirm({ ...ann, order: placed.order.id });

      const { refund, order } = await kit.orders.refund({ order: id });

      expect(refund.state).toBe('pending');
      expect(order).toMatchObject({ status: 'paid', refunded: { amount: 0 } });
      const held = { settled: 100, held: 100, available: 0 };
      expect(await kit.wallet.balance(points)).toMatchObject(held);
      const spend = kit.wallet.debit({ ...points, amount: 1 });
      await expect(spend).rejects.toMatchObject({ code: 'insufficient_balance' });
      const more = kit.orders.refund({ order: id, amount: 1 });
      await expect(more).rejects.toMatchObject({ code: 'limit_exceeded' });
      const [hold] = (await kit.wallet.holds({ ...ann, state: 'open' })).items;
      const release = kit.wallet.release({ hold: hold?.id ?? '' } as never);
      await expect(release).rejects.toMatchObject({ code: 'invalid_state' });

      await shared.advance('PT2M');

      expect(gateway.refunds()).toHaveLength(1);
      const after = await kit.orders.get({ ...ann, order: id });
      expect(after).toMatchObject({ status: 'refunded', refunded: { amount: 1000 } });
      const none = { settled: 0, held: 0, available: 0 };
      expect(await kit.wallet.balance(points)).toMatchObject(none);
      expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
    },
  );

  test.each([
    ['succeeded', { status: 'refunded', refunded: { amount: 1000 } }, 0],
    ['failed', { status: 'paid', refunded: { amount: 0 } }, 100],
  ] as const)(
    'that the gateway itself waits for is asked for until it has %s',
    async (state, order, left) => {
      const gateway = testGateway({ refunds: ['delay'] });
      const kit = at(`waits-${state}`, gateway);
      const points = { ...ann, unit: 'points' } as const;
      const placed = await kit.orders.create({ ...ann, offer: 'pack', returnUrl });
      const { id } = await kit.orders.confirm({ ...ann, order: placed.order.id });

      const { refund } = await kit.orders.refund({ order: id });
      await shared.advance('P1D');
      const meanwhile = await kit.wallet.balance(points);
      gateway.endRefund(gateway.refunds()[0]?.id ?? '', state);
      await shared.advance('PT2H');

      expect(refund.state).toBe('pending');
      expect(meanwhile).toMatchObject({ settled: 100, held: 100 });
      expect(await kit.orders.get({ ...ann, order: id })).toMatchObject(order);
      expect(await kit.wallet.balance(points)).toMatchObject({ held: 0, available: left });
      expect(gateway.refunds()).toHaveLength(1);
      expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
    },
  );

  test('of what has not begun, and is refused at last, is put back to begin when it was to', async () => {
    const gateway = testGateway({ refunds: ['fail_before', 'refuse'] });
    const kit = at('later', gateway);
    const available = async () => (await kit.wallet.balance({ ...ann, unit: 'points' })).available;
    const gift = await kit.orders.create({ ...ann, offer: 'gift' });
    const startsAt = new Date(gift.order.createdAt.getTime() + 5 * 86_400_000);
    const placed = await kit.orders.create({ ...ann, offer: 'later', startsAt, returnUrl });
    const { id } = await kit.orders.confirm({ ...ann, order: placed.order.id });

    const { refund } = await kit.orders.refund({ order: id });
    await shared.advance('PT2M');
    const before = await available();
    await shared.advance('P6D');

    expect(refund).toMatchObject({ state: 'pending', units: [{ amount: 40 }] });
    expect(before).toBe(10);
    expect(await available()).toBe(50);
    expect(await kit.orders.get({ ...ann, order: id })).toMatchObject({ status: 'paid' });
    const again = await kit.orders.refund({ order: id, amount: 100, to: 'wallet' });
    expect(again.refund.units).toMatchObject([{ amount: 40 }]);
    expect(await available()).toBe(10);
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
  });
});
