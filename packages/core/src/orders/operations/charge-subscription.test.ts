/** What subscriptions owe: once per period, for which sum, until when, and that paying it carries them on. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { describeMigrated, type MigratedDatabase } from '#test/kernel.ts';
import { openProcess, type Process } from '#test/subscriptions.ts';
import { defineCatalog } from '../../catalog/index.ts';
import type { Scope } from '../../kernel/index.ts';
import { setSetting } from '../../settings/index.ts';
import {
  announceDue,
  cancelSubscription,
  changePlan,
  createSubscription,
  dueSubscriptions,
  getSubscription,
  listSubscriptions,
} from '../../subscriptions/index.ts';
import { cancelOrder } from './cancel-order.ts';
import { chargeSubscription } from './charge-subscription.ts';
import { confirmOrder } from './confirm-order.ts';
import { createOrder } from './create-order.ts';
import { listOrders } from './list-orders.ts';
import { paidPeriods } from './paid-periods.ts';

const billed = { period: 'P1M', billing: 'order', pastDue: 'P3D' } as const;
const { spec } = defineCatalog({
  units: { EUR: { scale: 2 } },
  features: { calls: { kind: 'metered' } },
  plans: {
    pro: { ...billed, price: { EUR: 3100 }, features: { calls: { quota: 100 } } },
    tried: { ...billed, trial: 'P10D', price: { EUR: 3100 }, features: {} },
    team: { ...billed, price: { EUR: 6200 }, features: { calls: { quota: 500 } } },
    yearly: { ...billed, period: 'P1Y', price: { EUR: 30_000 }, features: {} },
    gift: { ...billed, price: { EUR: 0 }, features: {} },
    unpriced: { ...billed, features: {} },
    free: { period: 'P1M', features: { calls: { quota: 1 } } },
  },
});
const start = '2026-01-01T00:00:00.000Z';
const february = '2026-02-01T00:00:00.000Z';

describeMigrated('what a subscription owes', (make, engine) => {
  let made: MigratedDatabase;
  let tenants = 0;
  let process: Process;
  let scope: Scope;
  beforeAll(async () => {
    made = await make();
  });
  beforeEach(async () => {
    process = openProcess(made.database, `owes${++tenants}`, {
      ...{ catalog: spec, paidPeriods, charge: chargeSubscription },
    });
    scope = await process.at(start);
  });

  const subscribe = (plan: string, input: object = {}) =>
    createSubscription(scope, { customer: 'ann', plan, ...input });
  const orders = async (moment = start) =>
    [...(await listOrders(await process.at(moment), { customer: 'ann' })).items].reverse();
  const owed = async (moment = start) =>
    (await orders(moment)).map(({ period, total, status }) => [period, total.amount, status]);
  const pay = async (moment: string, order: string) =>
    confirmOrder(await process.at(moment), { order, payment: 'manual' });
  const payAll = async (moment: string) => {
    for (const one of await orders(moment)) if (one.status === 'pending') await pay(moment, one.id);
  };
  const stateOf = async (moment: string, subscription: string) =>
    getSubscription(await process.at(moment), { customer: 'ann', subscription });
  async function sweep(moment: string): Promise<unknown[]> {
    process.heard.length = 0;
    for (;;) {
      const inner = await process.at(moment);
      const due = await dueSubscriptions(inner, { until: inner.now, limit: 100 });
      const own = due.filter(({ tenant }) => tenant === `owes${tenants}`);
      for (const one of own) await announceDue(await process.at(moment), one);
      if (own.length === 0) return process.types();
    }
  }

  test('is asked for where it begins, at the frozen price, until it would end for it', async () => {
    await setSetting(scope, { key: 'orders.pendingTtl', value: 'PT1H' });
    const { id, status } = await subscribe('pro');

    const [order] = await orders();
    expect(status).toBe('past_due');
    expect(order).toMatchObject({
      ...{
        offer: 'pro',
        plan: 'pro',
        subscription: id,
        period: 1,
        status: 'pending',
        cycle: 'P1M',
      },
      ...{ total: { amount: 3100, unit: 'EUR' }, lapsesAt: new Date('2026-01-04T00:00:00Z') },
    });
    expect(process.types()).toEqual([
      ...['setting.changed', 'subscription.created', 'order.created'],
    ]);
  });

  test('paid, it goes on with the same boundaries; each period is asked for at its own, once', async () => {
    const { id } = await subscribe('pro');
    await sweep(start);
    await payAll('2026-01-02T12:00:00Z');
    expect((await stateOf('2026-01-02T12:00:00Z', id)).status).toBe('active');
    expect(await orders('2026-01-02T12:00:00Z')).toMatchObject([
      { startsAt: new Date(start), expiresAt: new Date(february), subscription: id },
    ]);

    expect(await sweep('2026-01-31T23:59:59.999Z')).toEqual([]);
    const first = await sweep(february);
    const again = await sweep(february);
    await payAll('2026-02-03T23:00:00Z');

    expect(first).toEqual([...['order.created', 'subscription.renewed', 'subscription.past_due']]);
    expect(again).toEqual([]);
    expect(process.types()).toEqual(['order.paid', 'subscription.recovered']);
    expect(await owed('2026-02-10T00:00:00Z')).toEqual([
      [1, 3100, 'expired'],
      [2, 3100, 'paid'],
    ]);
    expect(await stateOf('2026-02-10T00:00:00Z', id)).toMatchObject({
      ...{ status: 'active', endsAt: null },
      currentPeriod: { number: 2, endsAt: new Date('2026-03-01T00:00:00Z') },
    });
  });

  test('unpaid, it ends when its window does, told once; what was owed then cannot be paid any more', async () => {
    const { id } = await subscribe('pro');
    const [order] = await orders();

    expect(await sweep('2026-01-04T00:00:00Z')).toEqual([
      ...['subscription.past_due', 'subscription.canceled', 'subscription.updated'],
      'subscription.ended',
    ]);
    expect(await sweep('2026-03-04T00:00:00Z')).toEqual([]);
    expect((await stateOf('2026-03-04T00:00:00Z', id)).endsAt).toEqual(
      new Date('2026-01-04T00:00:00Z'),
    );
    await expect(pay('2026-01-04T00:00:00Z', order?.id ?? '')).rejects.toMatchObject({
      code: 'invalid_state',
    });
    expect(await owed('2026-01-04T00:00:00Z')).toEqual([[1, 3100, 'canceled']]);
  });

  test('nothing of a trial; the period in which it ends only from there on', async () => {
    const { status } = await subscribe('tried');
    expect([status, await owed()]).toEqual(['trialing', []]);

    await sweep('2026-01-11T00:00:00Z');
    // 21 of 31 days.
    expect(await owed('2026-01-11T00:00:00Z')).toEqual([[1, 2100, 'pending']]);
    const [order] = await orders('2026-01-11T00:00:00Z');
    expect(order?.lapsesAt).toEqual(new Date('2026-01-14T00:00:00Z'));
    const paid = await pay('2026-01-12T00:00:00Z', order?.id ?? '');
    expect(paid.startsAt).toEqual(new Date('2026-01-11T00:00:00Z'));
    await sweep(february);
    expect((await owed(february)).at(-1)).toEqual([2, 3100, 'pending']);
  });

  test('of a plan that costs nothing is nothing, however late anybody looks', async () => {
    const { id } = await subscribe('gift');
    const unpriced = await createSubscription(scope, { customer: 'bob', plan: 'unpriced' });

    await sweep('2026-02-20T00:00:00Z');

    expect((await stateOf('2026-02-20T00:00:00Z', id)).status).toBe('active');
    expect([unpriced.status, await owed()]).toEqual(['active', []]);
  });

  test('is not given up by canceling the order, and not asked for beyond the end', async () => {
    const { id } = await subscribe('pro');
    const [order] = await orders();
    await expect(cancelOrder(scope, { order: order?.id ?? '' })).rejects.toMatchObject({
      code: 'invalid_state',
    });
    await payAll(start);

    await cancelSubscription(scope, { customer: 'ann' });
    await sweep('2026-02-20T00:00:00Z');

    expect(await owed('2026-02-20T00:00:00Z')).toEqual([[1, 3100, 'expired']]);
    expect((await stateOf('2026-02-20T00:00:00Z', id)).cancelReason).toBeNull();
  });

  test('once its subscription is over it is refused, and nothing is written', async () => {
    await subscribe('pro');
    const [order] = await orders();
    await cancelSubscription(scope, { customer: 'ann', at: 'now' });

    await expect(pay(start, order?.id ?? '')).rejects.toMatchObject({ code: 'invalid_state' });
    expect(await owed()).toEqual([[1, 3100, 'pending']]);
  });

  test('what was before it was brought in is owed by nobody', async () => {
    const moved = await subscribe('pro', { startsAt: '2025-11-15T00:00:00Z', source: 'import' });
    expect([moved.status, await owed()]).toEqual(['active', []]);
    await sweep('2026-01-15T00:00:00Z');
    expect(await owed('2026-01-15T00:00:00Z')).toEqual([[3, 3100, 'pending']]);

    // Of one that begins in the past by a host's word, the part of the running period from now on.
    await createSubscription(scope, {
      ...{ customer: 'bob', plan: 'pro', startsAt: '2025-12-25T00:00:00Z' },
    });
    const [late] = (await listOrders(scope, { customer: 'bob' })).items;
    expect(late).toMatchObject({ period: 1, total: { amount: 2400 } });
  });

  test('what an order has bought is not owed again', async () => {
    const { order } = await createOrder(scope, { customer: 'ann', plan: 'pro' });
    const paid = await pay(start, order.id);

    const bought = await stateOf(start, paid.subscription ?? '');
    expect(bought).toMatchObject({ billing: 'none', status: 'canceled' });
    await sweep('2026-01-20T00:00:00Z');
    expect(await orders('2026-01-20T00:00:00Z')).toHaveLength(1);
  });

  describe('for a change of plan', () => {
    const middle = '2026-01-16T12:00:00.000Z';
    beforeEach(async () => {
      await subscribe('pro');
      await payAll(start);
    });
    const change = async (plan: string) =>
      changePlan(await process.at(middle), { customer: 'ann', plan });

    test('is what the dearer one costs more for the rest of the period', async () => {
      await change('team');

      expect(await owed(middle)).toEqual([
        [1, 3100, 'paid'],
        [null, 1550, 'pending'],
      ]);
      const [, rest] = await orders(middle);
      expect(await pay(middle, rest?.id ?? '')).toMatchObject({ status: 'paid', period: null });
      await sweep(february);
      expect((await owed(february)).at(-1)).toEqual([2, 6200, 'pending']);
    });

    test('is the period that begins with it, less what is left of the old one', async () => {
      const { status } = await change('yearly');

      expect(status).toBe('past_due');
      expect(await owed(middle)).toEqual([
        [1, 3100, 'paid'],
        [2, 28_450, 'pending'],
      ]);
      await payAll(middle);
      expect(await live()).toMatchObject([{ plan: 'yearly', status: 'active' }]);
    });

    test('is paid at once where more is left of the old plan than the new one costs', async () => {
      await createSubscription(scope, { customer: 'bob', plan: 'yearly' });
      const inner = await process.at(middle);
      const [year] = (await listOrders(scope, { customer: 'bob' })).items;
      await pay(start, year?.id ?? '');

      const { status } = await changePlan(inner, { customer: 'bob', plan: 'pro' });

      const { items } = await listOrders(inner, { customer: 'bob' });
      expect(status).toBe('active');
      expect(items[0]).toMatchObject({
        period: 2,
        total: { amount: 0 },
        status: 'paid',
        method: 'free',
      });
    });

    test('from one that costs nothing it begins with the change', async () => {
      await createSubscription(scope, { customer: 'bob', plan: 'free' });
      await changePlan(await process.at(middle), { customer: 'bob', plan: 'pro' });

      const { items } = await listOrders(await process.at(middle), { customer: 'bob' });
      expect(items).toMatchObject([{ period: 1, total: { amount: 1550 }, status: 'pending' }]);
    });

    const live = async () =>
      (await listSubscriptions(await process.at(middle), { customer: 'ann' })).items;
  });

  test.runIf(engine === 'postgres')(
    'of a hundred that are looked at by four at once each is asked for once, and eight payments make one',
    async () => {
      const ids = Array.from({ length: 100 }, (_, index) => `c${index}`);
      for (const customer of ids)
        await createSubscription(scope, { customer, plan: 'tried', trial: 'PT1H' });
      const moment = '2026-01-01T01:00:00Z';
      const inner = await process.at(moment);
      const due = await dueSubscriptions(inner, { until: inner.now, limit: 1_000 });
      const own = due.filter(({ tenant }) => tenant === `owes${tenants}`);

      await Promise.all(
        [0, 1, 2, 3].map(async (worker) => {
          for (const one of worker % 2 ? own : [...own].reverse())
            await announceDue(await process.at(moment), { ...one, at: inner.now });
        }),
      );
      const { items } = await listOrders(inner, { limit: 100 });
      const [order] = items;
      const payments = await Promise.allSettled(
        Array.from({ length: 8 }, () => pay(moment, order?.id ?? '')),
      );

      expect(new Set(items.map(({ subscription }) => subscription)).size).toBe(100);
      expect(process.types().filter((type) => type === 'order.created')).toHaveLength(100);
      expect(payments.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    },
    60_000,
  );
});
