/** Receipts through the kit: what they say, that nothing changes them, and that no number is missing, whoever pays and gives up. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeDatabases, describePostgres } from '#test/databases.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { createBursar } from '../bursar.ts';
import { defineCatalog } from '../catalog/index.ts';
import type { QueryClient } from '../kernel/index.ts';
import { testGateway } from '../orders/index.ts';
import type { BursarOptions } from './kit-options.ts';

const catalog = defineCatalog({
  units: { EUR: { scale: 2 }, USD: { scale: 2 }, points: {}, tokens: {} },
  features: { export: { kind: 'boolean' } },
  plans: { pro: { period: 'P1M', price: { EUR: 3000 }, features: { export: true } } },
  offers: {
    pack: {
      title: 'Points',
      group: 'packs',
      price: { EUR: 500, USD: 600 },
      grants: { points: 100 },
    },
    bundle: {
      ...{ title: 'All', price: { EUR: 1000 }, cycle: 'P30D', grants: { points: 50 } },
      items: [{ offer: 'coins', quantity: 2 }, { offer: 'pack' }],
    },
    coins: { price: { EUR: 100 }, grants: { tokens: 5 } },
    gift: { price: { EUR: 0 }, grants: { points: 1 } },
    capped: { price: { EUR: 100 }, grants: { points: 1 } },
  },
});
const ann = { customer: 'ann' } as const;
const reason = 'cash';
const now = new Date('2026-01-31T10:00:00.000Z');
const eur = (amount: number, formatted: string) => ({ amount, unit: 'EUR', scale: 2, formatted });
const points = (amount: number) => ({ ...whole(amount), unit: 'points' });
const tokens = (amount: number) => ({ ...whole(amount), unit: 'tokens' });
const whole = (amount: number) => ({ amount, scale: 0, formatted: String(amount) });

function open(database: string, more: Pick<BursarOptions, 'gateways'> = {}) {
  return createBursar({
    ...{ catalog, database, logger: silentLogger, clock: { now: () => now } },
    ...more,
  });
}
type Kit = ReturnType<typeof open>;
type Shop = ReturnType<Kit['tenant']>;

async function buy(
  kit: Pick<Shop, 'orders'>,
  offer: keyof typeof catalog.spec.offers & string,
  more: object = {},
): Promise<string> {
  const { order } = await kit.orders.create({ ...ann, offer, ...more } as never);
  if (order.status === 'paid') return order.id;
  const customer = order.customer;
  return (await kit.orders.confirm({ customer, order: order.id, payment: 'manual', reason })).id;
}

describeDatabases('a receipt', (makeUrl) => {
  let shared: Kit;
  let count = 0;
  beforeAll(async () => {
    shared = open(await makeUrl(), { gateways: { test: testGateway() } });
    await shared.ready();
  });
  afterAll(() => shared.close());
  function shop(): Shop {
    count += 1;
    return shared.tenant(`receipts-${count}`);
  }

  test('says what was bought, what it cost, how it was paid and what was credited', async () => {
    const kit = shop();
    const order = await buy(kit, 'bundle', { quantity: 2, country: 'DE', taxRate: 19.5 });

    const receipt = await kit.orders.receipt({ order });

    const { items } = await kit.orders.get({ ...ann, order });
    const window = { startsAt: now, expiresAt: new Date('2026-04-01T10:00:00.000Z') };
    const plain = { plan: null, subscription: null };
    expect(receipt).toEqual({
      ...{ number: 1, order, customer: 'ann', issuedAt: now, period: null },
      ...{ currency: 'EUR', discount: eur(0, '0.00'), total: eur(2_000, '20.00') },
      ...{ country: 'DE', taxRate: 19.5 },
      paid: [{ method: 'manual', sum: eur(2_000, '20.00') }],
      credited: [points(300), tokens(20)],
      lines: [
        {
          ...{ order, offer: 'bundle', title: 'All', group: null, quantity: 2, cycle: 'P30D' },
          ...{ price: eur(1_000, '10.00'), total: eur(2_000, '20.00'), credited: [points(100)] },
          ...{ ...plain, ...window },
        },
        {
          ...{ order: items[0]?.order, offer: 'coins', title: null, group: null, quantity: 4 },
          ...{ price: eur(0, '0.00'), total: eur(0, '0.00'), credited: [tokens(20)], cycle: null },
          ...{ ...plain, ...window },
        },
        {
          ...{
            order: items[1]?.order,
            offer: 'pack',
            title: 'Points',
            group: 'packs',
            quantity: 2,
          },
          ...{ price: eur(0, '0.00'), total: eur(0, '0.00'), credited: [points(200)], cycle: null },
          ...{ ...plain, ...window },
        },
      ],
    });
    expect(await kit.orders.receipt({ order: items[0]?.order ?? '' })).toEqual(receipt);
    expect(await kit.customer('ann').orders.receipt({ order })).toEqual(receipt);
  });

  test('is in the currency that was paid, by the gateway that took it', async () => {
    const kit = shop();
    const { order } = await kit.orders.create({ ...ann, offer: 'pack', currency: 'USD' });
    await kit.orders.confirm({ ...ann, order: order.id });

    const usd = { amount: 600, unit: 'USD', scale: 2, formatted: '6.00' };
    expect(await kit.orders.receipt({ ...ann, order: order.id })).toMatchObject({
      ...{ number: 1, currency: 'USD', total: usd, paid: [{ method: 'test', sum: usd }] },
      ...{ country: null, taxRate: null },
    });
  });

  test('is given for what costs nothing, and says that nothing was used to pay', async () => {
    const kit = shop();
    const order = await buy(kit, 'gift');

    expect(await kit.orders.receipt({ order })).toMatchObject({
      ...{ number: 1, total: eur(0, '0.00'), paid: [], credited: [points(1)] },
    });
  });

  test('of a plan names the subscription and its time', async () => {
    const kit = shop();
    const { order } = await kit.orders.create({ ...ann, plan: 'pro' });
    await kit.orders.confirm({ ...ann, order: order.id, payment: 'manual', reason });

    const { subscription, startsAt, expiresAt } = await kit.orders.get({ ...ann, order: order.id });
    const { lines } = await kit.orders.receipt({ order: order.id });
    expect(lines).toMatchObject([
      { offer: 'pro', plan: 'pro', subscription, startsAt, expiresAt, credited: [] },
    ]);
    expect(subscription).toEqual(expect.any(String));
  });

  test('stays as it is when the order is refunded, in part and whole', async () => {
    const kit = shop();
    const order = await buy(kit, 'pack', { quantity: 2 });
    const issued = await kit.orders.receipt({ order });

    await kit.orders.refund({ ...ann, order, amount: 100, to: 'wallet', reason });
    expect(await kit.orders.receipt({ order })).toEqual(issued);
    await kit.orders.refund({ ...ann, order, to: 'manual', reason });

    expect((await kit.orders.get({ ...ann, order })).status).toBe('refunded');
    expect(await kit.orders.receipt({ order })).toEqual(issued);
    expect((await kit.orders.receipt({ order: await buy(kit, 'gift') })).number).toBe(2);
  });

  test('names nobody once the customer is erased, and keeps its number and sums', async () => {
    const kit = shop();
    const order = await buy(kit, 'pack', { country: 'FR', taxRate: 20 });
    const issued = await kit.orders.receipt({ order });

    const erased = await kit.customers.erase({ ...ann, reason: 'asked for', force: true });

    const kept = await kit.orders.receipt({ order });
    expect(kept).toEqual({ ...issued, customer: erased.id, country: null });
    expect(kept.customer).not.toBe('ann');
    const stored = await shared.transaction((_, tx) =>
      (tx as unknown as QueryClient).query('select document::text from bursar.receipts', []),
    );
    expect(JSON.stringify(stored.rows)).not.toMatch(/ann|FR/);
  });

  test.each([
    [
      'of an order that is not paid',
      async (kit: Shop) => {
        const { order } = await kit.orders.create({ ...ann, offer: 'pack' });
        return kit.orders.receipt({ order: order.id });
      },
    ],
    ['of an order that there is not', (kit: Shop) => kit.orders.receipt({ order: 'ord_none' })],
    [
      'of another customer’s order',
      async (kit: Shop) => kit.orders.receipt({ customer: 'bob', order: await buy(kit, 'gift') }),
    ],
    [
      'of another tenant’s order',
      async (kit: Shop) => shop().orders.receipt({ order: await buy(kit, 'gift') }),
    ],
  ])('%s is not found', async (_, ask) => {
    await expect(ask(shop())).rejects.toMatchObject({ code: 'not_found' });
  });

  test('takes no number where paying is refused or rolled back, and each tenant counts by itself', async () => {
    const [kit, other] = [shop(), shop()];
    const orders = [await buy(kit, 'gift')];
    const { order } = await kit.orders.create({ ...ann, offer: 'pack' });

    await shared
      .transaction(async (_, tx) => {
        const inner = kit.using(tx);
        await buy(inner, 'gift');
        await inner.orders.confirm({ ...ann, order: order.id, payment: 'manual', reason });
        expect((await inner.orders.receipt({ order: order.id })).number).toBe(3);
        throw new Error('given up');
      })
      .catch(() => {});
    await kit.orders.confirm({ ...ann, order: order.id, payment: 'manual', reason });
    await expect(
      kit.orders.confirm({ ...ann, order: order.id, payment: 'manual', reason }),
    ).rejects.toMatchObject({ code: 'duplicate_payment' });
    orders.push(order.id, await buy(kit, 'gift'));

    const receipts = await Promise.all(orders.map((one) => kit.orders.receipt({ order: one })));
    expect(receipts.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect((await other.orders.receipt({ order: await buy(other, 'gift') })).number).toBe(1);
  });
});

describePostgres('receipts that are issued at once', (makeUrl) => {
  test('of three hundred orders, a third of them rolled back, over four kits, have the numbers 1 to 200', async () => {
    const url = await makeUrl();
    const kits = Array.from({ length: 4 }, () => open(url));
    const [first] = kits as [Kit];
    await first.ready();
    const ids: { customer: string; order: string }[] = [];
    for (let index = 0; index < 300; index += 1) {
      const customer = `c${index % 25}`;
      const { order } = await first.orders.create({
        customer,
        offer: 'capped',
        quantity: index + 1,
      });
      ids.push({ customer, order: order.id });
    }

    const pay = async (index: number) => {
      const kit = kits[index % 4] as Kit;
      const input = { ...(ids[index] as (typeof ids)[number]), payment: 'manual', reason } as const;
      if (index % 3 > 0) return kit.orders.confirm(input);
      return kit
        .transaction(async (inner) => {
          await inner.orders.confirm(input);
          await inner.orders.receipt({ order: input.order });
          throw new Error('given up');
        })
        .catch((error: Error) => expect(error.message).toBe('given up'));
    };
    // In waves: who waits longer than a lock may be waited for is told so, and the machine may be slow.
    for (let from = 0; from < ids.length; from += 60)
      await Promise.all(Array.from({ length: 60 }, (_, index) => pay(from + index)));

    const { rows } = await first.transaction((_, tx) =>
      (tx as unknown as QueryClient).query(
        `select receipt.number, bought.quantity, bought.status from bursar.receipts as receipt
           join bursar.orders as bought on (bought.tenant_id, bought.id) = (receipt.tenant_id, receipt.order_id)
          order by receipt.number`,
        [],
      ),
    );
    expect(rows.map(({ number }) => Number(number))).toEqual(
      Array.from({ length: 200 }, (_, index) => index + 1),
    );
    expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(['paid']));
    expect(rows.map(({ quantity }) => Number(quantity) - 1).sort((a, b) => a - b)).toEqual(
      ids.flatMap((_, index) => (index % 3 > 0 ? [index] : [])),
    );
    await expect(first.orders.receipt({ order: ids[0]?.order ?? '' })).rejects.toMatchObject({
      code: 'not_found',
    });
    for (const kit of kits) await kit.close();
  }, 120_000);
});
