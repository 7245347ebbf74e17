/** One open checkout per customer and offer: ordering the same again gives the first back, anything else is refused. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeDatabases, describePostgres } from '#test/databases.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { createBursar } from '../bursar.ts';
import { defineCatalog } from '../catalog/index.ts';
import type { QueryClient } from '../kernel/index.ts';
import { testGateway } from '../orders/index.ts';

const catalog = defineCatalog({
  units: { EUR: { scale: 2 }, USD: { scale: 2 }, points: {} },
  features: { export: { kind: 'boolean' } },
  plans: { pack: { period: 'P1M', price: { EUR: 2900 }, features: { export: true } } },
  offers: {
    pack: { price: { EUR: 500, USD: 600 }, grants: { points: 100 }, limit: { quantity: 3 } },
    other: { price: { EUR: 100 }, grants: { points: 1 } },
    gift: { price: { EUR: 0 }, grants: { points: 1 } },
  },
});
const returnUrl = 'https://app.example/bought';
const pack = { customer: 'ann', offer: 'pack', returnUrl } as const;

describeDatabases('an offer that is ordered again', (makeUrl) => {
  const gateway = testGateway({ payments: ['delay'] });
  let shared: ReturnType<typeof open>;
  let count = 0;
  const open = (database: string) =>
    createBursar({ catalog, database, logger: silentLogger, gateways: { test: gateway } });
  beforeAll(async () => {
    shared = open(await makeUrl());
    await shared.ready();
  });
  afterAll(() => shared.close());
  function shop() {
    count += 1;
    const name = `open-${count}`;
    const all = () => gateway.payments().filter(({ metadata }) => metadata.tenant === name);
    return { kit: shared.tenant(name), all };
  }

  test('while the first is unpaid is the first, with its checkout, whatever the key', async () => {
    const { kit, all } = shop();
    const first = await kit.orders.create({ ...pack, idempotencyKey: 'one' });

    const again = await kit.orders.create(pack);
    const keyed = await kit.orders.create({ ...pack, idempotencyKey: 'two' });
    const replay = await kit.orders.create({ ...pack, idempotencyKey: 'two' });

    expect(first.replayed).toBe(false);
    for (const one of [again, keyed, replay]) expect(one).toEqual({ ...first, replayed: true });
    expect(all()).toHaveLength(1);
    expect((await kit.orders.list({ customer: 'ann' })).items).toHaveLength(1);
    expect((await kit.events.history({ types: ['order.created'] })).items).toHaveLength(1);
  });

  test.each([
    ['quantity', { quantity: 2 }],
    ['currency', { currency: 'USD' }],
    ['start', { startsAt: new Date(Date.now() + 86_400_000) }],
    ['country', { country: 'DE' }],
    ['tax rate', { taxRate: 19 }],
  ])('with another %s is refused and names the first, until that is given up', async (_, other) => {
    const { kit, all } = shop();
    const { order } = await kit.orders.create(pack);

    const refused = kit.orders.create({ ...pack, ...other });
    await expect(refused).rejects.toMatchObject({
      ...{ code: 'checkout_open', status: 409, details: { order: order.id, offer: 'pack' } },
    });
    expect(all()).toHaveLength(1);
    expect((await kit.orders.list({ customer: 'ann' })).items).toMatchObject([{ id: order.id }]);
    await kit.orders.cancel({ customer: 'ann', order: order.id });
    const placed = await kit.orders.create({ ...pack, ...other });

    expect(placed).toMatchObject({ replayed: false, order: { status: 'pending' } });
    expect(placed.order.id).not.toBe(order.id);
  });

  test('is another once the first is paid, and another customer’s or another offer’s at once', async () => {
    const { kit, all } = shop();
    const first = await kit.orders.create(pack);
    const others = [
      await kit.orders.create({ ...pack, customer: 'bob' }),
      await kit.orders.create({ ...pack, offer: 'other' }),
      await kit.orders.create({ customer: 'ann', plan: 'pack', returnUrl }),
      await kit.orders.create({ ...pack, offer: 'gift' }),
      await kit.orders.create({ ...pack, offer: 'gift' }),
    ];
    await kit.orders.confirm({ customer: 'ann', order: first.order.id, payment: 'manual' });

    const next = await kit.orders.create(pack);

    const ids = [first, ...others, next].map(({ order }) => order.id);
    expect(new Set(ids).size).toBe(7);
    expect(all()).toHaveLength(5);
  });

  test('after the gateway refused the first opens another payment for it', async () => {
    const { kit, all } = shop();
    const first = await kit.orders.create(pack);
    gateway.settle(all()[0]?.id ?? '', 'refuse');
    await kit.payments.webhook({ gateway: 'test', ...gateway.webhook(all()[0]?.id ?? '') });

    const again = await kit.orders.create(pack);

    expect(again.order).toMatchObject({ id: first.order.id, status: 'pending' });
    expect(all()).toHaveLength(2);
    expect(again.checkout).toMatchObject({ kind: 'redirect' });
  });
});

test('an order that lapsed and is not stored so makes room', async () => {
  const gateway = testGateway({ payments: ['delay'] });
  let now = new Date();
  const kit = createBursar({
    ...{ catalog, database: 'memory://', logger: silentLogger, gateways: { test: gateway } },
    clock: { now: () => now },
  });
  const first = await kit.orders.create({ ...pack, offer: 'other' });
  now = new Date(now.getTime() + 2 * 86_400_000);

  const second = await kit.orders.create({ ...pack, offer: 'other', quantity: 2 });

  expect(second.order.id).not.toBe(first.order.id);
  const { items } = await kit.events.history({ types: ['order.canceled'] });
  expect(items).toMatchObject([{ data: { order: first.order.id, lapsed: true } }]);
  await kit.close();
});

describePostgres('two hundred who order at once', (makeUrl) => {
  test('have one open checkout, and each is given it', { timeout: 120_000 }, async () => {
    const url = await makeUrl();
    const gateway = testGateway({ payments: ['delay'] });
    const kits = [1, 2, 3, 4].map(() =>
      createBursar({
        ...{ catalog, database: url, logger: silentLogger, gateways: { test: gateway } },
        // All stand in line for one customer, and the machine may be slow.
        pool: {
          acquireMilliseconds: 90_000,
          statementMilliseconds: 90_000,
          lockMilliseconds: 90_000,
        },
      }),
    );
    const [kit] = kits;
    if (!kit) throw new Error('no kit');
    await Promise.all(kits.map((one) => one.ready()));

    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => (kits[index % 4] ?? kit).orders.create(pack)),
    );

    expect(new Set(answers.map(({ order }) => order.id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    const { rows } = await kit.transaction((_, tx) =>
      (tx as unknown as QueryClient).query(
        `select (select count(*)::int from bursar.orders) as orders, (select count(*)::int from bursar.payments) as payments,
                (select count(*)::int from bursar.outbox where type = 'order.created') as news`,
        [],
      ),
    );
    expect(rows).toEqual([{ orders: 1, payments: 1, news: 1 }]);
    expect(gateway.payments()).toHaveLength(1);
    await Promise.all(kits.map((one) => one.close()));
  });
});
