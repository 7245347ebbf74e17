/** A customer's own discount: what it takes off where an operator allows it, and of what it takes nothing. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeDatabases } from '#test/databases.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { defineCatalog } from '../catalog/index.ts';
import { createTestBursar } from '../testing.ts';

const catalog = defineCatalog({
  units: { EUR: { scale: 4 }, JPY: { scale: 0 }, points: {}, coins: {} },
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
    'pro-once': { price: { EUR: 10_000 }, plan: 'pro', cycle: 'monthly' },
    purse: { price: { EUR: 10_000 }, grants: { EUR: 10_000 } },
    coins: { price: { EUR: 10_000 }, grants: { coins: 1 } },
    'in-a-bundle': { price: { EUR: 10_000 }, items: [{ offer: 'coins' }] },
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
    await kit.settings.set({ key: 'withdrawals.unit', value: 'coins' });
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

  test('leaves plans their price, and what can be paid out: nobody gains by buying', async () => {
    const { kit } = await fresh(50);
    const ann = { customer: 'ann' } as const;
    const total = async (asked: object) =>
      (await kit.orders.create({ ...ann, ...asked } as never)).order.total.amount;

    expect(await total({ plan: 'pro' })).toBe(300_000);
    for (const offer of ['pro-once', 'purse', 'coins', 'in-a-bundle'])
      expect([offer, await total({ offer })]).toEqual([offer, 10_000]);
    expect(await total({ offer: 'gift' })).toBe(25_000);
  });
});
