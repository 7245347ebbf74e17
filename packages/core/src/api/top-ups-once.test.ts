/** What happens while more is being bought by itself: nothing of it is paid twice, and nothing of the customer's own is touched. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeDatabases } from '#test/databases.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { defineCatalog } from '../catalog/index.ts';
import { type TestOutcome, testGateway } from '../orders/index.ts';
import { createTestBursar } from '../testing.ts';

const catalog = defineCatalog({
  units: { EUR: { scale: 2 }, points: {} },
  features: {},
  offers: {
    pack: { price: { EUR: 500 }, grants: { points: 100 } },
    one: { price: { EUR: 500 }, grants: { points: 100 }, limit: { quantity: 1 } },
  },
});
const ann = { customer: 'ann', unit: 'points' } as const;

describeDatabases('while more is being bought by itself', (makeUrl) => {
  let script: TestOutcome[] = [];
  const gateway = testGateway({ payments: () => script.shift() ?? 'succeed' });
  let bursar: Awaited<ReturnType<typeof open>>;
  let count = 0;
  const open = (database: string) =>
    createTestBursar({
      ...{ catalog, database, at: '2026-01-01T00:00:00Z', logger: silentLogger },
      gateways: { test: gateway },
    });
  beforeAll(async () => {
    bursar = await open(await makeUrl());
  });
  afterAll(() => bursar.close());

  function shop() {
    count += 1;
    script = [];
    const kit = bursar.tenant(`top-up-once-${count}`);
    const set = (more = {}) =>
      kit.wallet.setAutoTopUp({ ...ann, atOrBelow: 20, offer: 'pack', gateway: 'test', ...more });
    const orders = async () =>
      (await kit.orders.list({ customer: 'ann' })).items
        .map(({ status, quantity }) => `${quantity} ${status}`)
        .reverse();
    const told = async () =>
      (await kit.events.history({ types: ['top_up.failed', 'top_up.stopped'] })).items
        .map(({ type, data }) => `${type} ${(data as { because: string }).because}`)
        .reverse();
    const spend = (amount: number) => kit.wallet.debit({ ...ann, amount });
    const settle = (outcome: 'succeed' | 'refuse') =>
      gateway.settle(gateway.payments().at(-1)?.id ?? '', outcome);
    return { kit, set, orders, told, spend, settle };
  }

  test('the instruction may change: what nobody knows of is found out, and counts for the limit', async () => {
    const { kit, set, orders, told, spend } = shop();
    const limit = { purchases: 1, per: 'P1D' };
    script = ['fail_after'];
    const charges = gateway.payments().length;
    await set({ limit });
    await bursar.advance('PT1S');
    await set({ limit, quantity: 2 });
    await bursar.advance('PT1H');
    const found = await told();
    await spend(90);
    await bursar.advance('PT1H');

    expect(await orders()).toEqual(['1 paid']);
    expect([found, await told()]).toEqual([[], ['top_up.failed limit']]);
    expect(gateway.payments()).toHaveLength(charges + 1);
    expect((await kit.ledger.verify()).broken).toEqual([]);
  });

  test.each([1, 2])(
    'the customer may be buying the same: that is waited for and left alone (%s)',
    async (quantity) => {
      const { kit, set, orders, told } = shop();
      script = ['delay'];
      const { order } = await kit.orders.create({
        ...{ customer: 'ann', offer: 'pack', gateway: 'test' },
        returnUrl: 'https://app.example/bought',
      });
      const charges = gateway.payments().length;
      await set({ quantity });
      await bursar.advance('PT2H');
      const waiting = [await orders(), await told()];
      const charged = gateway.payments().length - charges;
      await kit.orders.cancel({ customer: 'ann', order: order.id });
      await bursar.advance('PT11M');

      expect(waiting).toEqual([['1 pending'], []]);
      expect(charged).toBe(0);
      expect(await orders()).toEqual(['1 canceled', `${quantity} paid`]);
      expect(await told()).toEqual([]);
    },
  );

  test('the instruction may be taken back: what is under way is finished, and nobody is told', async () => {
    for (const [outcome, status] of [
      ['succeed', '1 paid'],
      ['refuse', '1 canceled'],
    ] as const) {
      const { kit, set, orders, told, settle } = shop();
      script = ['delay'];
      await set();
      await bursar.advance('PT1S');
      await kit.wallet.removeAutoTopUp(ann);
      settle(outcome);
      await bursar.advance('PT1H');

      expect(await orders()).toEqual([status]);
      expect(await told()).toEqual([]);
    }
  });

  test('what is not sold to the customer stops it, once', async () => {
    const { kit, set, told, orders, spend } = shop();
    await set({ offer: 'one' });
    await bursar.advance('PT1S');
    await spend(90);
    await bursar.advance('P2D');

    expect(await told()).toEqual(['top_up.stopped quantity_limit']);
    expect(await orders()).toEqual(['1 paid']);
    expect(await kit.wallet.autoTopUp(ann)).toMatchObject({ state: 'stopped', declines: 0 });
  });
});
