/** What an order was rewarded with goes back as far as its money does: in the same transaction, whoever refunds it and how often. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeDatabases } from '#test/databases.ts';
import { openMall } from '#test/paid-order.ts';

describeDatabases('the reward of an order that is refunded', (makeUrl, engine) => {
  let mall: Awaited<ReturnType<typeof openMall>>;
  beforeAll(async () => {
    mall = await openMall(await makeUrl());
  });
  afterAll(() => mall.close());

  /** Ann, below zoe, has bought for 10.00; nobody is rewarded yet. */
  async function bought(more: object = {}) {
    const { kit, buy } = mall.shop();
    const order = await buy();
    await kit.referrals.attach({
      customer: 'ann',
      code: (await kit.referrals.code({ customer: 'zoe' })).code,
    });
    const levels = [{ level: 1, fixed: 97 }];
    const setting = { enabled: true, unit: 'points', levels, reverseOnRefund: true, ...more };
    await kit.settings.set({ key: 'triggers.sale', value: setting });
    const subject = { type: 'order', id: order.id };
    const fire = () => kit.referrals.trigger({ alias: 'sale', customer: 'ann', subject });
    const zoe = async () => (await kit.wallet.balance({ customer: 'zoe', unit: 'points' })).settled;
    const refund = (amount: number, key = `k${amount}`) =>
      kit.orders.refund({ order: order.id, amount, to: 'wallet', idempotencyKey: key });
    const amounts = async () =>
      (await kit.referrals.rewards({ customer: 'zoe' })).items.map((one) => one.amount);
    return { kit, order, fire, zoe, refund, amounts };
  }

  test('goes in full with a full refund that the gateway reports, once, and is told', async () => {
    const { kit, order, fire, zoe, amounts } = await bought();
    const { event } = await fire();
    await order.back(1000);

    await order.tell();
    await order.tell();
    const again = await kit.referrals.reverse({ event });

    expect(await amounts()).toEqual([-97, 97]);
    expect(await zoe()).toBe(0);
    expect(again).toMatchObject({ replayed: true, reversedBasisPoints: 10_000 });
    expect(await order.news('reward_event.reversed')).toMatchObject([
      { event, basisPoints: 10_000, outstanding: 0 },
    ]);
    await order.right();
  });

  test('goes by the share of the money, and the shares add up to the whole', async () => {
    const { kit, order, fire, zoe, refund, amounts } = await bought();
    const { event } = await fire();

    const seen = [];
    for (const amount of [333, 1, 332, 334]) {
      await refund(amount);
      await refund(amount);
      seen.push(await zoe());
    }

    // 33.30 %, 33.40 %, 66.60 % of 97, half up, and all of it.
    expect(seen).toEqual([65, 65, 32, 0]);
    expect(await amounts()).toEqual([-32, -33, -32, 97]);
    expect((await kit.referrals.events({ trigger: 'sale' })).items).toMatchObject([
      { event, reversedBasisPoints: 10_000, status: 'processed' },
    ]);
    await order.right();
  });

  test('is outstanding where it was spent, and what an operator took before counts', async () => {
    const { kit, order, fire, zoe, refund } = await bought();
    const { event } = await fire();
    await kit.referrals.reverse({ event, basisPoints: 3_000, idempotencyKey: 'by hand' });
    await kit.wallet.debit({ customer: 'zoe', unit: 'points', amount: 60 });

    await refund(200);
    const kept = await zoe();
    await refund(800);

    expect([kept, await zoe()]).toEqual([8, 0]);
    const [first] = (await kit.referrals.events({ outstanding: true })).items;
    expect(first).toMatchObject({ status: 'partly_reversed', outstanding: 60 });
    await order.right();
  });

  test('stays where the trigger is not set so, or was not when it paid', async () => {
    const { kit, order, fire, zoe, refund } = await bought({ reverseOnRefund: false });
    await fire();
    const levels = [{ level: 1, fixed: 97 }];
    const setting = { enabled: true, unit: 'points', levels, reverseOnRefund: true };
    await kit.settings.set({ key: 'triggers.sale', value: setting });

    await refund(1000);

    expect(await zoe()).toBe(97);
    await order.right();
  });

  test('that comes after the refund is less what went back, at once', async () => {
    const { order, fire, zoe, refund } = await bought();
    await refund(500);
    const half = await fire();
    const paid = await zoe();
    await refund(500, 'the rest');
    const late = await fire();

    expect(half).toMatchObject({ reversedBasisPoints: 5_000, replayed: false });
    expect(late).toMatchObject({ reversedBasisPoints: 10_000 });
    expect([paid, await zoe()]).toEqual([48, 0]);
    await order.right();
  });

  test('goes with a dispute that is lost, not with one that is open', async () => {
    const { order, fire, zoe } = await bought();
    await fire();
    const { payment } = order;
    const told = (state: 'open' | 'lost') =>
      order.tell({
        ...{ kind: 'dispute', payment, dispute: 'dp_1', state, reason: 'fraudulent' },
        sum: { amount: 1000, currency: 'EUR', scale: 2 },
      });
    await told('open');
    const open = await zoe();
    await told('lost');

    expect([open, await zoe()]).toEqual([97, 0]);
    await order.right();
  });

  test.skipIf(engine === 'pglite')('waits for a refund that has not committed yet', async () => {
    const { kit, order, fire, zoe } = await bought();

    const fired = await mall.transaction(async (_, tx) => {
      await kit.using(tx).orders.refund({ order: order.id, amount: 500, to: 'wallet' });
      const firing = fire();
      await new Promise((resolve) => setTimeout(resolve, 300));
      return { firing };
    });
    const late = await fired.firing;

    expect(late).toMatchObject({ reversedBasisPoints: 5_000 });
    expect(await zoe()).toBe(48);
    await order.right();
  });

  test('is taken as far as the money went however refunds and rewards race', async () => {
    const { kit, order, fire, zoe, refund } = await bought();
    const parts = Array.from({ length: 8 }, (_, index) => refund(100, `part ${index}`));
    const rewards = Array.from({ length: 4 }, fire);

    await Promise.all([...parts, ...rewards]);

    const { items } = await kit.referrals.events({ trigger: 'sale' });
    expect(items.map((one) => one.reversedBasisPoints)).toEqual([8_000, 8_000, 8_000, 8_000]);
    // 80 % of 97 is 78, half up.
    expect(await zoe()).toBe(4 * 19);
    await order.right();
  });
});
