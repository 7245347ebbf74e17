/** Refunds that a gateway reports by itself: what was granted goes with the money, once, whoever tells and however often. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeDatabases } from '#test/databases.ts';
import { openMall } from '#test/paid-order.ts';

describeDatabases('a refund that a gateway reports', (makeUrl) => {
  let mall: Awaited<ReturnType<typeof openMall>>;
  beforeAll(async () => {
    mall = await openMall(await makeUrl());
  });
  afterAll(() => mall.close());

  test('in full takes all that is left, once, however often it is told', async () => {
    const { gateway, buy } = mall.shop();
    const { tell, back, order, left, news, right } = await buy();

    const refund = await back(1000);
    const fact = { kind: 'refund', payment: gateway.payments()[0]?.id ?? '', refund } as const;
    const outcomes = [await tell(), await tell(fact), await tell()];

    expect(outcomes).toEqual(['applied', 'applied', 'applied']);
    expect(await order()).toMatchObject({
      ...{ status: 'refunded', refunded: { amount: 1000 }, outstanding: [] },
    });
    expect(await left()).toEqual([0, 0]);
    expect(await news('order.refunded')).toMatchObject([
      {
        ...{ amount: { amount: 1000, unit: 'EUR' }, full: true, to: 'gateway', outstanding: [] },
        units: [{ amount: 100, unit: 'points' }],
      },
    ]);
    await right();
  });

  test('in part takes units in proportion, and owes what was used of them', async () => {
    const { buy } = mall.shop();
    const { tell, back, order, left, use, news, right } = await buy();
    await back(300);
    await tell();
    const first = [await left(), await order()];
    await use(60);
    await back(400);
    await tell();
    const second = await order();

    await back(300, 'the rest');
    await tell();

    expect(first).toMatchObject([[70, 0], { status: 'partly_refunded', outstanding: [] }]);
    // 30 are still paid for, and 60 were used.
    expect(second).toMatchObject({
      ...{ status: 'partly_refunded', refunded: { amount: 700 } },
      outstanding: [{ amount: 30, unit: 'points' }],
    });
    expect(await left()).toEqual([0, 0]);
    expect(await order()).toMatchObject({
      ...{ status: 'refunded', refunded: { amount: 1000 }, outstanding: [{ amount: 60 }] },
    });
    expect(await news('order.refunded')).toMatchObject([
      { outstanding: [] },
      { outstanding: [{ amount: 30, unit: 'points' }] },
      { outstanding: [{ amount: 30, unit: 'points' }] },
    ]);
    await right();
  });

  test('that the kit asked for is not counted again, before its answer or after it', async () => {
    const { kit, buy } = mall.shop(['fail_after', 'succeed']);
    const { id, tell, order, left, news, right } = await buy();

    const { refund } = await kit.orders.refund({ order: id, amount: 400 });
    await tell();
    const meanwhile = [refund.state, await left()];
    await mall.advance('PT2M');
    await tell();

    expect(meanwhile).toEqual(['pending', [100, 40]]);
    expect(await order()).toMatchObject({ status: 'partly_refunded', refunded: { amount: 400 } });
    expect(await left()).toEqual([60, 0]);
    expect(await news('order.refunded')).toHaveLength(1);
    await right();
  });

  test('that the kit asked for and the gateway waits for ends when that says so', async () => {
    for (const [state, amounts] of [
      ['succeeded', [60, 0]],
      ['failed', [100, 0]],
    ] as const) {
      const { kit, gateway, buy } = mall.shop(['delay']);
      const { id, payment, tell, left, right } = await buy();
      await kit.orders.refund({ order: id, amount: 400 });
      gateway.endRefund(gateway.refunds()[0]?.id ?? '', state);
      const [refund] = gateway.refunds();
      if (!refund) throw new Error('no refund');

      await tell({ kind: 'refund', payment, refund });
      await tell();

      expect(await left()).toEqual(amounts);
      await right();
    }
  });

  test('while one that the kit asked for is under way waits until that has ended', async () => {
    for (const [outcome, taken] of [
      ['succeed', 400],
      ['refuse', 200],
    ] as const) {
      const { kit, buy } = mall.shop(['fail_before', 'succeed', outcome]);
      const { id, tell, back, order, left, right } = await buy();
      await kit.orders.refund({ order: id, amount: 200 });
      await back(200);
      await tell();
      const meanwhile = await order();

      await mall.advance('PT5M');
      await tell();

      expect(meanwhile).toMatchObject({ status: 'paid', refunded: { amount: 0 } });
      expect(await order()).toMatchObject({ refunded: { amount: taken } });
      expect(await left()).toEqual([100 - taken / 10, 0]);
      await right();
    }
  });

  test('beside one that is under way owes nothing for what that has set aside', async () => {
    const { kit, gateway, buy } = mall.shop(['delay', 'succeed']);
    const { id, payment, tell, back, order, left, right } = await buy();
    await kit.orders.refund({ order: id, amount: 400 });
    await back(600);
    await tell();
    const meanwhile = [await left(), await order()];
    gateway.endRefund(gateway.refunds()[0]?.id ?? '', 'succeeded');
    const [refund] = gateway.refunds();
    if (!refund) throw new Error('no refund');

    await tell({ kind: 'refund', payment, refund });

    expect(meanwhile).toMatchObject([
      [40, 40],
      { status: 'partly_refunded', refunded: { amount: 600 }, outstanding: [] },
    ]);
    expect(await order()).toMatchObject({ status: 'refunded', refunded: { amount: 1000 } });
    expect(await left()).toEqual([0, 0]);
    await right();
  });

  test('and that fails after all is flagged once, and takes nothing more', async () => {
    const { gateway, buy } = mall.shop(['delay']);
    const { payment, tell, back, order, left, news, right } = await buy();
    const refund = await back(400);
    await tell({ kind: 'refund', payment, refund });
    gateway.endRefund(refund.id, 'failed');
    const failed = { kind: 'refund', payment, refund: { ...refund, state: 'failed' } } as const;

    await tell(failed);
    await tell(failed);

    expect(await left()).toEqual([60, 0]);
    expect(await order()).toMatchObject({ status: 'partly_refunded', refunded: { amount: 400 } });
    expect(await news('order.inconsistent')).toMatchObject([{ because: 'refund_failed' }]);
    await right();
  });

  test('before the payment itself is kept, and taken when the payment comes', async () => {
    const { gateway, buy } = mall.shop();
    const { payment, tell, back, order, left, right } = await buy({ isTold: false });
    await back(250);
    const now = await gateway.fetchPayment(payment);
    await tell({ kind: 'payment', payment: { ...now, state: 'processing', received: null } });
    const before = await order();

    await tell({ kind: 'payment', payment: { ...now, refunded: null } });

    expect(before).toMatchObject({ status: 'pending', refunded: { amount: 0 } });
    expect(await order()).toMatchObject({ status: 'partly_refunded', refunded: { amount: 250 } });
    expect(await left()).toEqual([75, 0]);
    await right();
  });

  test('of an order that gave back elsewhere takes no more than was paid, and says so', async () => {
    const { kit, buy } = mall.shop();
    const { id, tell, back, order, left, news, right } = await buy();
    await kit.orders.refund({ order: id, amount: 800, to: 'wallet' });
    await back(700);

    await tell();
    await tell();

    expect(await order()).toMatchObject({ status: 'refunded', refunded: { amount: 1000 } });
    expect(await left()).toEqual([0, 0]);
    expect(await news('order.inconsistent')).toMatchObject([{ because: 'refunded_twice' }]);
    await right();
  });

  test('of an order whose time is over moves the sum, and owes only what was used', async () => {
    const { buy } = mall.shop();
    const { tell, back, order, left, use, right } = await buy({ offer: 'short' });
    await use(20);
    await mall.advance('P11D');
    await back(1000);

    await tell();

    expect(await order()).toMatchObject({
      ...{ status: 'expired', refunded: { amount: 1000 }, outstanding: [{ amount: 20 }] },
    });
    expect(await left()).toEqual([0, 0]);
    await right();
  });

  test('of a plan in full ends its subscription', async () => {
    const { buy } = mall.shop();
    const { tell, back, order, allowed } = await buy({ offer: 'pro' });
    const before = await allowed();
    await back(1000);
    await tell();

    expect([before, await allowed()]).toEqual([true, false]);
    expect((await order()).status).toBe('refunded');
  });

  test('of a payment that does not fit, or that was not taken, changes nothing', async () => {
    const { gateway, buy } = mall.shop();
    const { payment, tell, order, news } = await buy({ isTold: false });
    const now = await gateway.fetchPayment(payment);
    const sum = { amount: 900, currency: 'EUR', scale: 2 };

    const outcome = await tell({
      kind: 'payment',
      payment: { ...now, received: sum, refunded: sum },
    });

    expect(outcome).toBe('flagged');
    expect(await order()).toMatchObject({ status: 'pending', refunded: { amount: 0 } });
    expect(await news('order.inconsistent')).toMatchObject([{ because: 'amount' }]);
  });

  test('told by twenty at once is taken once', async () => {
    const { buy } = mall.shop();
    const { tell, back, left, order, news, right } = await buy({ isTold: false });
    await back(500);

    await Promise.all(Array.from({ length: 20 }, () => tell()));

    expect(await left()).toEqual([50, 0]);
    expect(await order()).toMatchObject({ status: 'partly_refunded', refunded: { amount: 500 } });
    expect(await news('order.refunded')).toHaveLength(1);
    await right();
  });
});
