/** Disputes that a gateway reports: what is left is set aside while they are open, given back if won, taken if lost. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeDatabases } from '#test/databases.ts';
import { openMall } from '#test/paid-order.ts';
import type { DisputeFact } from '../orders/index.ts';

describeDatabases('a dispute that a gateway reports', (makeUrl) => {
  let mall: Awaited<ReturnType<typeof openMall>>;
  beforeAll(async () => {
    mall = await openMall(await makeUrl());
  });
  afterAll(() => mall.close());

  /** An order, and a way to tell how its dispute stands. */
  async function dispute(...asked: Parameters<ReturnType<typeof mall.shop>['buy']>) {
    const shop = mall.shop();
    const bought = await shop.buy(...asked);
    const told = (state: DisputeFact['state'], amount = 1000, id = 'dp_1') =>
      bought.tell({
        ...{ kind: 'dispute', payment: bought.payment, dispute: id, state, reason: 'fraudulent' },
        sum: { amount, currency: 'EUR', scale: 2 },
      });
    return { ...shop, ...bought, told };
  }
  const none = { refunded: { amount: 0 }, outstanding: [], disputed: false };

  test('sets all that is left aside, once, and owes what was used', async () => {
    const { kit, told, order, id, left, use, news, right } = await dispute();
    await use(30);

    await told('open');
    await told('open');
    await told('inquiry');

    expect(await order()).toMatchObject({
      ...{ status: 'paid', disputed: true, refunded: { amount: 0 } },
      outstanding: [{ amount: 30, unit: 'points' }],
    });
    expect(await left()).toEqual([70, 70]);
    await expect(use(1)).rejects.toMatchObject({ code: 'insufficient_balance' });
    const refund = kit.orders.refund({ order: id });
    await expect(refund).rejects.toMatchObject({ code: 'invalid_state' });
    const [hold] = (await kit.wallet.holds({ customer: 'ann', state: 'open' })).items;
    const release = kit.wallet.release({ hold: hold?.id ?? '' });
    await expect(release).rejects.toMatchObject({ code: 'invalid_state' });
    expect(await news('order.disputed')).toMatchObject([
      {
        ...{ dispute: 'dp_1', state: 'open', amount: { amount: 1000, unit: 'EUR' } },
        units: [{ amount: 70, unit: 'points' }],
        outstanding: [{ amount: 30, unit: 'points' }],
      },
    ]);
    await right();
  });

  test('that is won gives all of it back, and nothing is owed', async () => {
    const { told, order, left, use, news, right } = await dispute();
    await use(30);
    await told('open');

    await told('won');
    await told('open');

    expect(await order()).toMatchObject({ status: 'paid', ...none });
    expect(await left()).toEqual([70, 0]);
    expect(await news('order.disputed')).toMatchObject([
      { state: 'open' },
      { state: 'won', units: [{ amount: 70 }], outstanding: [] },
    ]);
    expect(await news('order.refunded')).toEqual([]);
    await right();
  });

  test('that is lost takes it, and what was used stays owed', async () => {
    const { told, order, left, use, news, right } = await dispute();
    await use(30);
    await told('open');

    await told('lost');
    await told('lost');
    await told('open');

    expect(await order()).toMatchObject({
      ...{ status: 'refunded', disputed: false, refunded: { amount: 1000 } },
      outstanding: [{ amount: 30, unit: 'points' }],
    });
    expect(await left()).toEqual([0, 0]);
    expect(await news('order.disputed')).toMatchObject([{ state: 'open' }, { state: 'lost' }]);
    expect(await news('order.refunded')).toMatchObject([
      { source: 'dispute', full: true, units: [{ amount: 70 }], outstanding: [{ amount: 30 }] },
    ]);
    await right();
  });

  test('whose end is told first does the same', async () => {
    for (const [state, units, status] of [
      ['won', 100, 'paid'],
      ['lost', 0, 'refunded'],
    ] as const) {
      const { told, order, left, right } = await dispute();
      await told(state);
      await told('open');
      await told('inquiry');

      expect(await order()).toMatchObject({ status, disputed: false, outstanding: [] });
      expect(await left()).toEqual([units, 0]);
      await right();
    }
  });

  test('that was won and is lost after all takes it', async () => {
    const { told, order, left, right } = await dispute();
    await told('open');
    await told('won');
    await told('lost');
    await told('won');

    expect(await order()).toMatchObject({ status: 'refunded', disputed: false });
    expect(await left()).toEqual([0, 0]);
    await right();
  });

  test('of a part sets all that is left aside, and takes units in proportion if it is lost', async () => {
    const { told, order, left, use, right } = await dispute();
    await use(20);
    await told('open', 250);
    const open = [await left(), await order()];

    await told('lost', 250);

    expect(open).toMatchObject([[80, 80], { disputed: true, outstanding: [] }]);
    expect(await order()).toMatchObject({
      ...{ status: 'partly_refunded', refunded: { amount: 250 }, outstanding: [] },
    });
    expect(await left()).toEqual([55, 0]);
    await right();
  });

  test('of which a bank only asks sets nothing aside, and is told of once', async () => {
    const { told, order, left, news, right } = await dispute();
    await told('inquiry');
    await told('inquiry');

    expect(await order()).toMatchObject({ status: 'paid', ...none });
    expect(await left()).toEqual([100, 0]);
    expect(await news('order.disputed')).toMatchObject([{ state: 'inquiry', units: [] }]);
    await right();
  });

  test.each([
    ['won', 'partly_refunded', 60, 400],
    ['lost', 'refunded', 0, 1000],
  ] as const)(
    'and %s, with money going back before, meanwhile or after, ends alike',
    async (state, status, units, money) => {
      for (const at of [0, 1, 2]) {
        const { told, back, tell, order, left, use, right } = await dispute();
        await use(10);
        const words = [() => told('open'), () => told(state)];
        const goesBack = async () => {
          await back(400);
          await tell();
        };
        for (const word of [...words.slice(0, at), goesBack, ...words.slice(at)]) await word();

        expect(await order()).toMatchObject({
          ...{ status, refunded: { amount: money }, disputed: false },
          outstanding: state === 'lost' ? [{ amount: 10 }] : [],
        });
        expect(await left()).toEqual([Math.max(0, units - 10), 0]);
        await right();
      }
    },
  );

  test('of what was given back before is lost as far as it was left, and flagged', async () => {
    const { kit, id, told, order, left, news, right } = await dispute();
    await kit.orders.refund({ order: id, amount: 700, to: 'wallet' });
    await told('open');
    const open = await left();

    await told('lost');

    expect(open).toEqual([30, 30]);
    expect(await order()).toMatchObject({ status: 'refunded', refunded: { amount: 1000 } });
    expect(await left()).toEqual([0, 0]);
    expect(await news('order.inconsistent')).toMatchObject([{ because: 'refunded_twice' }]);
    await right();
  });

  test('of two ends one by one', async () => {
    const { told, order, left, right } = await dispute();
    await told('open', 300, 'dp_1');
    await told('open', 500, 'dp_2');
    await told('lost', 300, 'dp_1');
    const between = [await left(), (await order()).disputed];

    await told('won', 500, 'dp_2');

    expect(between).toEqual([[70, 70], true]);
    expect(await left()).toEqual([70, 0]);
    expect(await order()).toMatchObject({ refunded: { amount: 300 }, disputed: false });
    await right();
  });

  test('while the kit’s own refund is under way measures anew when that has failed', async () => {
    const shop = mall.shop(['delay']);
    const { id, payment, tell, left, order, right } = await shop.buy();
    await shop.kit.orders.refund({ order: id, amount: 400 });
    await tell({
      ...{ kind: 'dispute', payment, dispute: 'dp_1', state: 'open', reason: 'fraudulent' },
      sum: { amount: 1000, currency: 'EUR', scale: 2 },
    });
    const both = await left();
    const [pending] = shop.gateway.refunds();
    shop.gateway.endRefund(pending?.id ?? '', 'failed');
    const [refund] = shop.gateway.refunds();
    if (!refund) throw new Error('no refund');

    await tell({ kind: 'refund', payment, refund });

    expect(both).toEqual([100, 100]);
    expect(await left()).toEqual([100, 100]);
    await tell({
      ...{ kind: 'dispute', payment, dispute: 'dp_1', state: 'lost', reason: 'fraudulent' },
      sum: { amount: 1000, currency: 'EUR', scale: 2 },
    });
    expect(await left()).toEqual([0, 0]);
    expect(await order()).toMatchObject({ status: 'refunded', refunded: { amount: 1000 } });
    await right();
  });

  test('before the payment itself is kept, and counts when the payment comes', async () => {
    const { payment, gateway, told, tell, order, left, right } = await dispute({ isTold: false });
    gateway.settle(payment, 'delay');
    await told('open');
    const before = await order();
    gateway.settle(payment, 'succeed');
    await tell();

    expect(before).toMatchObject({ status: 'pending', disputed: false });
    expect(await order()).toMatchObject({ status: 'paid', disputed: true });
    expect(await left()).toEqual([100, 100]);
    await right();
  });

  test('outlasts the order, holds what would have expired, and lets it expire if it is won', async () => {
    const { told, order, left, right } = await dispute({ offer: 'short' });
    await told('open');
    await mall.advance('P11D');
    const over = [await left(), await order()];

    await told('won');

    expect(over).toMatchObject([[100, 100], { status: 'expired', disputed: true }]);
    expect(await left()).toEqual([0, 0]);
    expect(await order()).toMatchObject({ status: 'expired', ...none });
    await right();
  });

  test('of a plan ends its subscription once it is lost, and not before', async () => {
    const { told, allowed } = await dispute({ offer: 'pro' });
    await told('open');
    const meanwhile = await allowed();
    await told('lost');

    expect([meanwhile, await allowed()]).toEqual([true, false]);
  });

  test('told by twenty at once, with a refund among them, ends in one state', async () => {
    const { told, tell, back, order, left, right, news } = await dispute();
    await back(300);
    const states = ['open', 'won', 'open', 'inquiry'] as const;

    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        index % 5 === 4 ? tell() : told(states[index % 5] ?? 'open'),
      ),
    );

    expect(await order()).toMatchObject({ ...none, refunded: { amount: 300 } });
    expect(await left()).toEqual([70, 0]);
    expect(await news('order.refunded')).toHaveLength(1);
    await right();
  });
});
