/** A customer's own discount: what it takes off where an operator allows it, and that no change of plan gives back more than was paid. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeDatabases } from '#test/databases.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { defineCatalog } from '../catalog/index.ts';
import { createTestBursar } from '../testing.ts';

const catalog = defineCatalog({
  units: { EUR: { scale: 4 }, JPY: { scale: 0 }, points: {} },
  features: { export: { kind: 'boolean' } },
  plans: {
    basic: { period: 'P1M', price: { EUR: 100_000 }, billing: 'order', features: {} },
    pro: {
      ...{ period: 'P1M', price: { EUR: 300_000 }, billing: 'order' },
      features: { export: true },
    },
  },
  offers: {
    pack: { price: { EUR: 99_900, JPY: 333 }, grants: { points: 100 }, items: [{ offer: 'gift' }] },
    gift: { price: { EUR: 50_000 }, grants: { points: 1 } },
  },
});
const open = (database: string) =>
  createTestBursar({ catalog, database, logger: silentLogger, at: '2026-03-01T00:00:00Z' });

describeDatabases('a personal discount', (makeUrl) => {
  let bursar: Awaited<ReturnType<typeof open>>;
  let tenants = 0;
  beforeAll(async () => {
    bursar = await open(await makeUrl());
  });
  afterAll(() => bursar.close());

  async function fresh(discountPercent: number, isAllowed = true) {
    tenants += 1;
    const kit = bursar.tenant(`discounts${tenants}`);
    await kit.settings.set({ key: 'users.allowPersonalDiscount', value: isAllowed });
    await kit.customers.upsert({ customer: 'ann', discountPercent });
    const bought = async (more: { quantity?: number; currency?: 'EUR' | 'JPY' } = {}) => {
      const { order } = await kit.orders.create({ customer: 'ann', offer: 'pack', ...more });
      return order;
    };
    return { kit, bought };
  }

  test('takes nothing off unless an operator allows it', async () => {
    const { bought } = await fresh(50, false);

    const { total, discount } = await bought();

    expect([total.amount, discount.amount]).toEqual([99_900, 0]);
  });

  test.each([
    [33.33, 1, 'EUR', 66_600],
    [12.5, 1, 'EUR', 87_400],
    [12.5, 3, 'JPY', 874],
    [0.01, 1, 'JPY', 333],
    [100, 2, 'EUR', 0],
  ] as const)(
    'of %d percent on %d in %s is rounded half up to what can be paid',
    async (percent, quantity, currency, total) => {
      const { bought } = await fresh(percent);

      const order = await bought({ quantity, currency });

      expect(order.total.amount).toBe(total);
      expect(order.discount.amount).toBe(order.perPiece.price.amount * quantity - total);
      expect(order.status).toBe(total === 0 ? 'paid' : 'pending');
    },
  );

  test('is frozen on the order and told by its receipt, and bundled items cost nothing still', async () => {
    const { kit, bought } = await fresh(10);
    const { id } = await bought();
    await kit.customers.upsert({ customer: 'ann', discountPercent: 90 });

    await kit.orders.confirm({ customer: 'ann', order: id, payment: 'manual' });

    const receipt = await kit.orders.receipt({ order: id });
    expect([receipt.total.amount, receipt.discount.amount]).toEqual([89_900, 10_000]);
    expect(receipt.lines.map(({ total }) => total.amount)).toEqual([89_900, 0]);
    expect((await kit.orders.get({ customer: 'ann', order: id })).items).toHaveLength(1);
    const { refund } = await kit.orders.refund({
      ...{ order: id, to: 'manual', reason: 'as agreed' },
    });
    expect(refund.amount.amount).toBe(89_900);
  });

  test('lowers what periods and changes of a subscription cost, and what is credited for them alike', async () => {
    const { kit } = await fresh(50);
    await kit.settings.set({ key: 'subscriptions.creditProration', value: true });
    const ann = { customer: 'ann' } as const;
    const paid: number[] = [];
    const payAll = async () => {
      const { items } = await kit.orders.list({ ...ann, status: 'pending' });
      for (const { id, total } of items) {
        paid.push(total.amount);
        await kit.orders.confirm({ ...ann, order: id, payment: 'manual' });
      }
    };
    const subscription = await kit.subscribe({ ...ann, plan: 'basic' });
    const { id } = subscription;
    await payAll();
    await kit.subscriptions.change({ ...ann, subscription: id, plan: 'pro', at: 'now' });
    await payAll();

    await kit.subscriptions.change({ ...ann, subscription: id, plan: 'basic', at: 'now' });

    expect(paid).toEqual([50_000, 100_000]);
    expect((await kit.wallet.balance({ ...ann, unit: 'EUR' })).available).toBe(100_000);
  });
});
