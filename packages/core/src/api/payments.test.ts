/** Orders paid at a gateway: once, whoever says so and however often; what does not fit hands nothing out. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeDatabases, describePostgres } from '#test/databases.ts';
import { eventually } from '#test/kit.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { createBursar } from '../bursar.ts';
import { defineCatalog } from '../catalog/index.ts';
import type { QueryClient } from '../kernel/index.ts';
import { type TestOutcome, testGateway } from '../orders/index.ts';
import { createTestBursar } from '../testing.ts';

const catalog = defineCatalog({
  units: { EUR: { scale: 2 }, JPY: {}, points: {} },
  features: { 'api-calls': { kind: 'metered' }, export: { kind: 'boolean' } },
  plans: { pro: { period: 'P1M', price: { EUR: 2900 }, features: { export: true } } },
  offers: {
    pack: { group: 'packs', price: { EUR: 500, JPY: 800 }, grants: { points: 100 } },
    gift: { price: { EUR: 0 }, grants: { points: 1 } },
  },
});
const returnUrl = 'https://app.example/bought';
const points = { customer: 'ann', unit: 'points' } as const;
const pack = { customer: 'ann', offer: 'pack' } as const;

describeDatabases('an order at a gateway', (makeUrl) => {
  let url: string;
  let shared: Awaited<ReturnType<typeof open>>;
  let script: TestOutcome[] = [];
  let count = 0;
  const gateway = testGateway({ payments: () => script.shift() ?? 'delay' });
  const open = (database: string) =>
    createBursar({ catalog, database, logger: silentLogger, gateways: { test: gateway } });
  beforeAll(async () => {
    url = await makeUrl();
    shared = open(url);
    await shared.ready();
  });
  afterAll(() => shared.close());
  /** A tenant of its own, with what it has at the gateway. */
  function shop() {
    count += 1;
    script = [];
    const name = `shop-${count}`;
    const kit = shared.tenant(name);
    const last = () => {
      const payment = gateway.payments().findLast(({ metadata }) => metadata.tenant === name);
      if (!payment) throw new Error('no payment');
      return payment;
    };
    return {
      ...{ kit, name, last },
      all: () => gateway.payments().filter(({ metadata }) => metadata.tenant === name),
      tell: (fact: Parameters<typeof gateway.webhook>[0], id?: string) =>
        kit.payments.webhook({ gateway: 'test', ...gateway.webhook(fact, { id }) }),
      available: async () => (await kit.wallet.balance(points)).available,
    };
  }
  async function rows(statement: string, values: unknown[] = []) {
    const answer = await shared.transaction((_, tx) =>
      (tx as unknown as QueryClient).query(statement, values),
    );
    return answer.rows;
  }

  test('is paid by the gateway’s word, once, and by nobody else after it', async () => {
    const { kit, last, tell, available } = shop();
    const { order, checkout } = await kit.orders.create({ ...pack, quantity: 2, returnUrl });
    const { id } = last();

    const early = await kit.orders.confirm({ customer: 'ann', order: order.id });
    gateway.settle(id, 'succeed');
    const told = await tell(id, 'evt-1');
    const again = [await tell(id, 'evt-1'), await tell(id, 'evt-2')];
    const late = kit.orders.confirm({ customer: 'ann', order: order.id });
    await expect(late).rejects.toMatchObject({ code: 'duplicate_payment' });

    expect(checkout).toMatchObject({ kind: 'redirect', url: expect.any(String) });
    expect(early.status).toBe('pending');
    expect([told, ...again].map(({ outcome }) => outcome)).toEqual([
      ...['applied', 'repeated', 'applied'],
    ]);
    expect(await kit.orders.get({ customer: 'ann', order: order.id })).toMatchObject({
      ...{ status: 'paid', method: 'test' },
    });
    expect(await available()).toBe(200);
    expect((await kit.events.history({ types: ['order.paid'] })).items).toHaveLength(1);
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
  });

  test('of a plan begins the subscription with the payment', async () => {
    const { kit, last } = shop();
    const { order } = await kit.orders.create({ customer: 'ann', plan: 'pro', returnUrl });
    const before = await kit.check({ customer: 'ann', feature: 'export' });

    gateway.settle(last().id, 'succeed');
    const paid = await kit.orders.confirm({ customer: 'ann', order: order.id });

    expect(before.allowed).toBe(false);
    expect(paid).toMatchObject({ status: 'paid', subscription: expect.any(String) });
    expect(await kit.check({ customer: 'ann', feature: 'export' })).toMatchObject({
      allowed: true,
    });
  });

  test('that was refused is paid again by another payment, and the first is not opened anew', async () => {
    const { kit, last, all, tell, available } = shop();
    script = ['refuse', 'delay'];
    const { order } = await kit.orders.create({ ...pack, returnUrl });
    await tell(last().id);
    const refused = await kit.orders.get({ customer: 'ann', order: order.id });
    const first = last().id;

    const opened = await kit.orders.pay({ customer: 'ann', order: order.id, returnUrl });
    const same = await kit.orders.pay({ customer: 'ann', order: order.id, returnUrl });
    gateway.settle(last().id, 'succeed');
    await tell(last().id);
    await tell(first);

    expect(refused.status).toBe('refused');
    expect(opened.order.status).toBe('pending');
    expect(same.checkout).toEqual(opened.checkout);
    expect(all()).toHaveLength(2);
    expect(await kit.orders.get({ customer: 'ann', order: order.id })).toMatchObject({
      status: 'paid',
    });
    expect(await available()).toBe(100);
  });

  test('waits for what the payer has to do, and goes on when it is done', async () => {
    const { kit, last, tell } = shop();
    script = ['need_action'];
    const { order } = await kit.orders.create({ ...pack, returnUrl });
    await tell(last().id);
    const waiting = await kit.orders.get({ customer: 'ann', order: order.id });
    gateway.settle(last().id, 'succeed');
    await tell(last().id);

    expect(waiting.status).toBe('error');
    expect(await kit.orders.get({ customer: 'ann', order: order.id })).toMatchObject({
      status: 'paid',
    });
  });

  test.each([
    ['amount', { received: { amount: 499, currency: 'EUR', scale: 2 } }],
    ['amount', { received: { amount: 499, currency: 'EUR', scale: 0 } }],
    ['amount', { received: null }],
    ['currency', { received: { amount: 500, currency: 'USD', scale: 2 } }],
    ['mode', { livemode: true }],
    ['tenant', { metadata: { tenant: 'other' } }],
    ['order', { metadata: { order: 'ord_other' } }],
    ['customer', { metadata: { customer: 'bob' } }],
  ])(
    'is flagged and hands nothing out when the %s is wrong, whoever signed it',
    async (because, wrong) => {
      const { kit, last, tell, available } = shop();
      const { order } = await kit.orders.create({ ...pack, returnUrl });
      const right = gateway.settle(last().id, 'succeed');
      const metadata = { ...right.metadata, ...('metadata' in wrong ? wrong.metadata : {}) };

      const told = await tell({
        kind: 'payment',
        payment: { ...right, ...wrong, metadata } as never,
      });

      expect(told.outcome).toBe('flagged');
      expect(await kit.orders.get({ customer: 'ann', order: order.id })).toMatchObject({
        status: 'pending',
      });
      expect(await available()).toBe(0);
      const { items } = await kit.events.history({ types: ['order.inconsistent'] });
      expect(items).toMatchObject([{ data: { order: order.id, because } }]);
      // The right word still counts.
      expect((await tell(last().id)).outcome).toBe('applied');
      expect(await available()).toBe(100);
    },
  );

  test('of another payment, or of none, is left alone', async () => {
    const { kit, tell, last, name } = shop();
    await kit.orders.create({ ...pack, returnUrl });
    const strange = { ...last(), id: 'tpy_strange', metadata: {} };

    const told = await tell({ kind: 'payment', payment: strange });

    expect(told.outcome).toBe('ignored');
    expect(await kit.payments.webhook({ gateway: 'test', ...gateway.webhook(null) })).toEqual({
      outcome: 'ignored',
    });
    expect(name).toBe(last().metadata.tenant);
  });

  test.each([
    ['a changed body', { rawBody: '{"id":"x"}' }, 'mismatch'],
    ['no signature', { headers: {} }, 'missing'],
    ['a body that was parsed', { rawBody: { id: 'x' } }, 'parsed'],
  ])('is believed by nobody with %s, and nothing is stored', async (_, wrong, reason) => {
    const { kit, last } = shop();
    const { order } = await kit.orders.create({ ...pack, returnUrl });
    gateway.settle(last().id, 'succeed');
    const before = await rows('select count(*) as count from bursar.gateway_events');

    const told = kit.payments.webhook({
      ...{ gateway: 'test', ...gateway.webhook(last().id) },
      ...(wrong as object),
    } as never);

    await expect(told).rejects.toMatchObject({ code: 'webhook_signature', reason });
    expect(await kit.orders.get({ customer: 'ann', order: order.id })).toMatchObject({
      status: 'pending',
    });
    expect(await rows('select count(*) as count from bursar.gateway_events')).toEqual(before);
  });

  test.each([
    ['old', -301],
    ['from the future', 301],
  ])('is not believed when its webhook is %s', async (_, seconds) => {
    const { kit, last } = shop();
    await kit.orders.create({ ...pack, returnUrl });
    const at = new Date(Date.now() + seconds * 1000);

    const told = kit.payments.webhook({ gateway: 'test', ...gateway.webhook(last().id, { at }) });

    await expect(told).rejects.toMatchObject({ code: 'webhook_signature' });
  });

  test('at a gateway that fails stays unpaid, and is never opened twice', async () => {
    const { kit, last, all, tell, available } = shop();
    script = ['fail_before', 'unreachable', 'fail_after'];
    const create = () => kit.orders.create({ ...pack, returnUrl, idempotencyKey: 'buy-1' });

    for (const outcome of ['unknown', 'not_done', 'unknown'])
      await expect(create()).rejects.toMatchObject({ code: 'gateway_error', outcome });
    const { order, checkout } = await create();

    expect(all()).toHaveLength(1);
    expect(checkout).toMatchObject({ kind: 'redirect' });
    expect(order.status).toBe('pending');
    expect(await available()).toBe(0);
    // `fail_after`: it was done well, and nobody knew.
    expect(await kit.orders.confirm({ customer: 'ann', order: order.id })).toMatchObject({
      status: 'paid',
    });
    expect((await tell(last().id)).outcome).toBe('applied');
    expect(await available()).toBe(100);
  });

  test('asks no gateway in a transaction', async () => {
    const { kit, name, all } = shop();
    const placed = await shared.transaction((inner) =>
      inner.tenant(name).orders.create({ ...pack, returnUrl }),
    );
    const asking = shared.transaction((inner) =>
      inner.tenant(name).orders.confirm({ customer: 'ann', order: placed.order.id }),
    );
    await expect(asking).rejects.toMatchObject({ code: 'invalid_state' });

    expect(placed.checkout).toEqual({ kind: 'none' });
    expect(all()).toEqual([]);
    const sum = { amount: 500, currency: 'EUR', scale: 2 };
    const refund = { id: 'trf_1', state: 'succeeded', sum } as const;
    const told = gateway.webhook({ kind: 'refund', payment: 'tpy_1', refund });
    const telling = shared.transaction((inner) =>
      inner.tenant(name).payments.webhook({ gateway: 'test', ...told }),
    );
    await expect(telling).rejects.toMatchObject({ code: 'invalid_state' });
    const { checkout } = await kit.orders.pay({
      customer: 'ann',
      order: placed.order.id,
      returnUrl,
    });
    expect(checkout).toMatchObject({ kind: 'redirect' });
  });

  test('names a gateway that there is, unless there is nothing to pay', async () => {
    const { kit } = shop();
    const asked = { ...pack, gateway: 'nowhere' };

    await expect(kit.orders.create(asked)).rejects.toMatchObject({ code: 'validation' });
    expect((await kit.orders.list({ customer: 'ann' })).items).toEqual([]);
    const several = createBursar({
      ...{ catalog, database: 'memory://', logger: silentLogger },
      gateways: async () => ({ one: testGateway(), two: testGateway({ payments: ['delay'] }) }),
    });
    const unnamed = several.orders.create(pack);
    await expect(unnamed).rejects.toMatchObject({ code: 'validation' });
    expect((await several.orders.list({ customer: 'ann' })).items).toEqual([]);
    expect(await several.orders.create({ customer: 'ann', offer: 'gift' })).toMatchObject({
      order: { status: 'paid' },
    });
    const named = await several.orders.create({ ...pack, gateway: 'two', returnUrl });
    expect(named.checkout).toMatchObject({ kind: 'redirect' });
    await several.close();
  });

  test('counts yen in yen', async () => {
    const { kit, last, tell } = shop();
    await kit.orders.create({ ...pack, currency: 'JPY', returnUrl });
    const payment = gateway.settle(last().id, 'succeed');

    expect(payment.received).toEqual({ amount: 800, currency: 'JPY', scale: 0 });
    expect((await tell(payment.id)).outcome).toBe('applied');
  });

  test('is another customer’s: not found', async () => {
    const { kit } = shop();
    const { order } = await kit.orders.create({ ...pack, returnUrl });

    const asking = kit.customer('bob').orders.confirm({ order: order.id });

    await expect(asking).rejects.toMatchObject({ code: 'not_found' });
  });
});

test('a payment nobody told of is asked for, and one for a canceled order goes back', async () => {
  const gateway = testGateway({ payments: ['delay'] });
  const kit = await createTestBursar({
    ...{ catalog, logger: silentLogger, gateways: { test: gateway } },
  });
  const silent = await kit.orders.create({ ...pack, returnUrl });
  const gone = await kit.orders.create({ ...pack, customer: 'bob', returnUrl });
  const [first, second] = gateway.payments();
  await kit.advance('PT6M');
  gateway.settle(first?.id ?? '', 'succeed');
  await kit.orders.cancel({ customer: 'bob', order: gone.order.id });
  gateway.settle(second?.id ?? '', 'succeed');
  await kit.advance('PT11M');
  await kit.advance('PT1M');

  expect(await kit.orders.get({ customer: 'ann', order: silent.order.id })).toMatchObject({
    status: 'paid',
  });
  expect(await kit.orders.get({ customer: 'bob', order: gone.order.id })).toMatchObject({
    status: 'canceled',
  });
  expect((await kit.wallet.balance(points)).available).toBe(100);
  expect(gateway.refunds()).toMatchObject([{ sum: { amount: 500 } }]);
  expect(gateway.payments()[1]).toMatchObject({ refunded: { amount: 500 } });
  await kit.close();
});

test('what somebody paid who was erased meanwhile goes back, and nothing is handed out', async () => {
  const gateway = testGateway({ payments: ['delay'] });
  const kit = await createTestBursar({
    ...{ catalog, logger: silentLogger, gateways: { test: gateway } },
    at: new Date().toISOString(),
  });
  const { order } = await kit.orders.create({ ...pack, returnUrl });
  await kit.customers.erase({ customer: 'ann', reason: 'asked for it' });
  const [payment] = gateway.payments();
  gateway.settle(payment?.id ?? '', 'succeed');

  const told = await kit.payments.webhook({
    ...{ gateway: 'test', ...gateway.webhook(payment?.id ?? '') },
  });
  await kit.advance('PT1M');

  expect(told.outcome).toBe('flagged');
  expect(gateway.payments()).toMatchObject([{ refunded: { amount: 500 } }]);
  const { items } = await kit.events.history({ types: ['order.inconsistent'] });
  expect(items).toMatchObject([{ data: { order: order.id, because: 'canceled' } }]);
  await kit.close();
});

test('an order does not lapse while its payment is under way', async () => {
  const gateway = testGateway({ payments: ['delay'] });
  const kit = await createTestBursar({
    ...{ catalog, logger: silentLogger, gateways: { test: gateway } },
  });
  const { order } = await kit.orders.create({ ...pack, returnUrl });
  for (let hour = 0; hour < 30; hour += 1) await kit.advance('PT1H');
  const waiting = await kit.orders.get({ customer: 'ann', order: order.id });
  gateway.settle(gateway.payments()[0]?.id ?? '', 'succeed');
  await kit.advance('PT1H');

  expect(waiting.status).toBe('pending');
  expect(await kit.orders.get({ customer: 'ann', order: order.id })).toMatchObject({
    status: 'paid',
  });
  await kit.close();
});

describePostgres('whoever confirms first', (makeUrl) => {
  test('three hundred orders that webhooks, browsers, an operator and jobs confirm are handed out once each', {
    timeout: 240_000,
  }, async () => {
    const url = await makeUrl();
    const gateway = testGateway();
    const kits = [1, 2, 3].map(() =>
      createBursar({
        ...{ catalog, database: url, logger: silentLogger, gateways: { test: gateway } },
      }),
    );
    const [web, browser, operator] = kits;
    if (!web || !browser || !operator) throw new Error('no kits');
    await Promise.all(kits.map((kit) => kit.start()));
    const outcomes: string[] = [];
    const note = async (work: Promise<unknown>) => {
      const outcome = await work.then(
        () => 'done',
        (error: { code?: string }) => String(error.code),
      );
      outcomes.push(outcome);
    };
    for (let wave = 0; wave < 10; wave += 1) {
      const placed = await Promise.all(
        Array.from({ length: 30 }, (_, index) =>
          web.orders.create({ customer: `c${index}`, offer: 'pack', returnUrl }),
        ),
      );
      const told = gateway.payments().slice(-30);
      await web.transaction((_, tx) =>
        (tx as unknown as QueryClient).query(
          "update bursar.jobs set next_at = created_at where kind = 'payment.watch' and state = 'pending'",
          [],
        ),
      );
      await Promise.all([
        ...told.map(({ id }) =>
          note(web.payments.webhook({ gateway: 'test', ...gateway.webhook(id) })),
        ),
        ...placed.map(({ order }) =>
          note(browser.orders.confirm({ customer: order.customer, order: order.id })),
        ),
        ...placed.map(({ order }) =>
          note(
            operator.orders.confirm({
              customer: order.customer,
              order: order.id,
              payment: 'manual',
            }),
          ),
        ),
      ]);
    }
    await eventually(async () => (await web.jobs.list({ state: 'pending' })).items.length === 0);

    const known = new Set(['done', 'duplicate_payment', 'invalid_state']);
    expect(outcomes.filter((one) => !known.has(one))).toEqual([]);
    const { rows } = await web.transaction((_, tx) =>
      (tx as unknown as QueryClient).query(
        `select (select count(*)::int from bursar.orders where status = 'paid') as paid,
                (select count(*)::int from bursar.grants) as grants,
                (select count(*)::int from bursar.outbox where type = 'order.paid') as news,
                (select count(*)::int from bursar.payments where state = 'succeeded') as payments`,
        [],
      ),
    );
    expect(rows).toEqual([{ paid: 300, grants: 300, news: 300, payments: 300 }]);
    // What an operator had taken by hand before, the gateway's money for it went back.
    const { rows: flagged } = await web.transaction((_, tx) =>
      (tx as unknown as QueryClient).query(
        "select count(*)::int as count from bursar.payments where flagged = 'duplicate'",
        [],
      ),
    );
    expect(gateway.refunds()).toHaveLength((flagged[0] as { count: number }).count);
    expect(await web.ledger.verify()).toEqual({ ok: true, broken: [] });
    await Promise.all(kits.map((kit) => kit.close()));
  });
});
