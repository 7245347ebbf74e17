/** Three months of a plan that is billed by orders, as a host's test would tell it: one paid ahead, one late, one never. */
import { createTestBursar } from '@bursar/core/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defineCatalog } from '../catalog/index.ts';

const catalog = defineCatalog({
  units: { EUR: { scale: 2 } },
  features: { reports: { kind: 'metered' } },
  plans: {
    pro: {
      ...{ period: 'P1M', price: { EUR: 2900 }, billing: 'order', pastDue: 'P3D' },
      features: { reports: { quota: 100 } },
    },
    hosted: {
      ...{ family: null, period: 'P1M', price: { EUR: 2900 }, billing: 'gateway' },
      features: { reports: { quota: 100 } },
    },
  },
});
const open = () => createTestBursar({ catalog, at: '2026-01-01T00:00:00Z' });

let bursar: Awaited<ReturnType<typeof open>>;
beforeAll(async () => {
  bursar = await open();
});
afterAll(() => bursar.close());

test('January is paid at once, February two days late, March never', async () => {
  const ann = bursar.customer('ann');
  const story: string[] = [];
  bursar.events.on('*', ({ at, type, data }) => {
    const { period, status } = data as { period?: number; status?: string };
    if (!/^(order|subscription)\.(?!updated)/.test(type)) return;
    story.push(
      [at.slice(0, 10), type, period, status].filter((one) => one !== undefined).join(' '),
    );
  });
  const payWhatIsOwed = async () => {
    const [owed] = (await ann.orders.list({ status: 'pending' })).items;
    await ann.orders.confirm({ order: owed?.id ?? '', payment: 'manual' });
  };
  const left = async () => (await ann.check({ feature: 'reports', amount: 0 })).available;

  await ann.subscribe({ plan: 'pro' });
  await payWhatIsOwed();
  await ann.consume({ feature: 'reports', amount: 40 });
  const inJanuary = await left();

  await bursar.advanceTo('2026-02-03T00:00:00Z');
  const unpaid = await left();
  await payWhatIsOwed();

  await bursar.advanceTo('2026-03-03T23:59:59Z');
  const inTheWindow = await left();
  await bursar.advanceTo('2026-03-04T00:00:00Z');
  const afterIt = await ann.check({ feature: 'reports' });
  await bursar.advanceTo('2026-06-01T00:00:00Z');

  expect([inJanuary, unpaid, inTheWindow, afterIt.allowed]).toEqual([60, 100, 100, false]);
  expect(story).toEqual([
    '2026-01-01 subscription.created past_due',
    '2026-01-01 order.created',
    '2026-01-01 order.paid',
    '2026-02-01 order.created',
    '2026-02-01 subscription.renewed 2 past_due',
    '2026-02-01 subscription.past_due 2 past_due',
    '2026-02-01 order.expired',
    '2026-02-03 order.paid',
    '2026-02-03 subscription.recovered 2 active',
    '2026-03-01 order.created',
    '2026-03-01 subscription.renewed 3 past_due',
    '2026-03-01 subscription.past_due 3 past_due',
    '2026-03-01 order.expired',
    '2026-03-04 subscription.canceled ended',
    '2026-03-04 subscription.ended ended',
    '2026-03-04 order.canceled',
  ]);
});

test('a plan that a gateway charges is asked nothing for, and runs on', async () => {
  const bob = bursar.customer('bob');
  await bob.subscribe({ plan: 'hosted' });

  await bursar.advanceTo('2026-08-15T00:00:00Z');

  expect(await bob.subscriptions.current()).toMatchObject({ plan: 'hosted', status: 'active' });
  expect((await bob.check({ feature: 'reports' })).available).toBe(100);
  expect((await bob.orders.list()).items).toEqual([]);
});
