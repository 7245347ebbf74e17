/** Money that went back for what was bought by itself is never charged again by itself. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeDatabases } from '#test/databases.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { defineCatalog } from '../catalog/index.ts';
import { type TestOutcome, testGateway } from '../orders/index.ts';
import { createTestBursar } from '../testing.ts';

const catalog = defineCatalog({
  units: { EUR: { scale: 2 }, points: {} },
  features: {},
  offers: { pack: { price: { EUR: 500 }, grants: { points: 100 } } },
});
const ann = { customer: 'ann', unit: 'points' } as const;

describeDatabases('what brings a balance down without being use', (makeUrl) => {
  let script: TestOutcome[] = [];
  const clock = { now: () => new Date('2026-01-01T00:00:00Z') };
  const gateway = testGateway({
    ...{ payments: () => script.shift() ?? 'succeed', clock, toleranceSeconds: 100_000_000 },
  });
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

  /** A shop where ann has had one pack bought by itself. */
  async function shop() {
    count += 1;
    const kit = bursar.tenant(`top-up-back-${count}`);
    const set = () =>
      kit.wallet.setAutoTopUp({ ...ann, atOrBelow: 20, offer: 'pack', gateway: 'test' });
    const orders = async () => (await kit.orders.list({ customer: 'ann' })).items;
    const stopped = async () =>
      (await kit.events.history({ types: ['top_up.stopped'] })).items.map(
        ({ data }) => (data as { because: string }).because,
      );
    await set();
    await bursar.advance('PT1S');
    const payment = gateway.payments().at(-1)?.id ?? '';
    const [bought] = await orders();
    const dispute = (state: 'open' | 'won') =>
      kit.payments.webhook({
        gateway: 'test',
        ...gateway.webhook({
          ...{ kind: 'dispute', payment, dispute: 'dp_1', state, reason: 'fraudulent' },
          sum: { amount: 500, currency: 'EUR', scale: 2 },
        }),
      });
    const spend = (amount: number) => kit.wallet.debit({ ...ann, amount });
    const fill = (amount: number) => kit.wallet.credit({ ...ann, amount });
    return { kit, set, orders, stopped, dispute, spend, fill, order: bought?.id ?? '' };
  }

  test('a refund buys nothing, and stops what would be bought after it until it is set anew', async () => {
    const { kit, orders, stopped, set, spend, fill, order } = await shop();
    await bursar.advance('P1D');
    await kit.orders.refund({ order });
    await bursar.advance('P1D');
    const refunded = await orders();
    await fill(50);
    await spend(40);
    await bursar.advance('P1D');

    expect(refunded).toMatchObject([{ status: 'refunded' }]);
    expect(await orders()).toHaveLength(1);
    expect(await stopped()).toEqual(['refunded']);
    expect(await kit.wallet.autoTopUp(ann)).toMatchObject({ state: 'stopped' });
    await set();
    await bursar.advance('PT1S');
    expect(await orders()).toMatchObject([{ status: 'paid' }, { status: 'refunded' }]);
    expect((await kit.ledger.verify()).broken).toEqual([]);
  });

  test('a dispute buys nothing, and while it is open nothing is bought, also set anew', async () => {
    const { kit, orders, stopped, set, spend, fill, dispute } = await shop();
    await dispute('open');
    await bursar.advance('P1D');
    const disputed = await orders();
    await fill(50);
    await spend(40);
    await bursar.advance('PT1H');
    await set();
    await bursar.advance('PT1H');

    expect(disputed).toMatchObject([{ disputed: true }]);
    expect(await orders()).toHaveLength(1);
    expect(await stopped()).toEqual(['disputed', 'disputed']);
    await dispute('won');
    await spend(100);
    await set();
    await bursar.advance('PT1S');
    expect(await orders()).toHaveLength(2);
    expect((await kit.ledger.verify()).broken).toEqual([]);
  });

  test('a correction and an end by time alone buy nothing; a hold and a transfer do', async () => {
    const { kit, orders, fill } = await shop();
    await kit.wallet.adjust({ ...ann, to: 5, reason: 'counted' });
    await bursar.advance('PT1H');
    await kit.wallet.credit({ ...ann, amount: 50, expiresAt: new Date('2027-01-01T00:00:00Z') });
    await bursar.advance('P2Y');
    const before = await orders();
    await fill(50);
    await kit.wallet.hold({ ...ann, amount: 40 });
    await bursar.advance('PT1S');
    const held = await orders();
    await kit.wallet.credit({ customer: 'bob', unit: 'points', amount: 1 });
    await kit.wallet.transfer({ customer: 'ann', to: 'bob', unit: 'points', amount: 100 });
    await bursar.advance('PT1S');

    expect(before).toHaveLength(1);
    expect(held).toHaveLength(2);
    expect(await orders()).toHaveLength(3);
  });

  test('for who is frozen nothing is bought until that is lifted', async () => {
    const { kit, orders, spend } = await shop();
    script = ['refuse'];
    await spend(90);
    await bursar.advance('PT1S');
    await kit.customers.freeze({ customer: 'ann' });
    await bursar.advance('P7D');
    const frozen = await orders();
    await kit.customers.unfreeze({ customer: 'ann' });
    await bursar.advance('P1D');

    expect(frozen).toMatchObject([{ status: 'canceled' }, { status: 'paid' }]);
    expect((await orders())[0]).toMatchObject({ status: 'paid' });
    expect(await orders()).toHaveLength(3);
  });
});
