/** Placing orders: what is frozen on them, what is refused, and that a refusal writes nothing. */
import { beforeAll, expect, test } from 'vitest';
import { describeMigrated } from '#test/kernel.ts';
import { openShop } from '#test/shop.ts';
import type { Process } from '#test/subscriptions.ts';
import { upsertCustomer } from '../../customers/index.ts';
import { type Database, integer, type Scope, sql } from '../../kernel/index.ts';
import { readBalance } from '../../ledger/index.ts';
import { setSetting } from '../../settings/index.ts';
import { createSubscription } from '../../subscriptions/index.ts';
import { cancelOrder } from './cancel-order.ts';
import { createOrder, type NewOrder } from './create-order.ts';
import { fulfilOrder } from './fulfil-order.ts';
import { getOrder } from './get-order.ts';
import { listOffers } from './list-offers.ts';
import { listOrders } from './list-orders.ts';
import { listPurchases } from './list-purchases.ts';
import { payOrder } from './pay-order.ts';

const now = '2026-01-31T10:00:00.000Z';

async function rowsOf(scope: Scope): Promise<number[] | undefined> {
  const tenant = scope.tenant.id;
  const [rows] = await scope.many(
    sql`
    select (select count(*) from bursar.orders where tenant_id = ${tenant}::int) as orders,
           (select count(*) from bursar.order_history where tenant_id = ${tenant}::int) as steps,
           (select count(*) from bursar.grants where tenant_id = ${tenant}::int) as grants,
           (select count(*) from bursar.outbox where tenant_id = ${tenant}::int and type like 'order.%') as outbox`,
    (row) => Object.values(row).map(integer),
  );
  return rows;
}

describeMigrated('placing an order', (make) => {
  let database: Database;
  let tenants = 0;
  let shop: Process;
  let scope: Scope;

  beforeAll(async () => {
    ({ database } = await make());
  });

  async function fresh(): Promise<void> {
    tenants += 1;
    shop = openShop(database, `place-${tenants}`);
    scope = await shop.at(now);
  }
  const order = (input: Partial<NewOrder>) => createOrder(scope, { customer: 'ann', ...input });

  test('freezes what is sold, is pending, and is announced', async () => {
    await fresh();
    await upsertCustomer(scope, { customer: 'ann', timeZone: 'Europe/Berlin' });

    const placed = await order({
      ...{ offer: 'calls', quantity: 3, currency: 'EUR', country: 'DE', taxRate: 19.5 },
      startsAt: new Date('2026-02-10T00:00:00Z'),
    });

    expect(placed).toMatchObject({ checkout: { kind: 'none' }, replayed: false });
    expect(placed.order).toEqual({
      ...{ id: expect.stringMatching(/^ord_/), customer: 'ann', parent: null, offer: 'calls' },
      ...{ plan: null, title: 'Calls', group: 'calls', quantity: 3, cycle: 'P1M', items: [] },
      perPiece: {
        price: { amount: 500, unit: 'EUR', scale: 2, formatted: '5.00' },
        grants: expect.arrayContaining([
          { amount: 1_000, unit: 'api-calls', scale: 0, formatted: '1000' },
          { amount: 5, unit: 'points', scale: 0, formatted: '5' },
        ]),
      },
      discount: { amount: 0, unit: 'EUR', scale: 2, formatted: '0.00' },
      total: { amount: 1_500, unit: 'EUR', scale: 2, formatted: '15.00' },
      grants: expect.arrayContaining([
        { amount: 3_000, unit: 'api-calls', scale: 0, formatted: '3000' },
      ]),
      ...{ country: 'DE', taxRate: 19.5, status: 'pending', method: null, subscription: null },
      ...{ startsAt: null, expiresAt: null, paidAt: null, period: null },
      refunded: { amount: 0, unit: 'EUR', scale: 2, formatted: '0.00' },
      ...{ outstanding: [], disputed: false, wallet: null },
      ...{ createdAt: new Date(now), updatedAt: new Date(now) },
      lapsesAt: new Date('2026-02-01T10:00:00.000Z'),
    });
    expect(await getOrder(scope, { order: placed.order.id, customer: 'ann' })).toEqual(
      placed.order,
    );
    expect(shop.types()).toEqual(['order.created']);
    expect(await rowsOf(scope)).toEqual([1, 0, 0, 1]);
    await expect(
      getOrder(scope, { order: placed.order.id, customer: 'bob' }),
    ).rejects.toMatchObject({ code: 'not_found' });
  });

  test('of nothing to pay is paid at once, within its limit', async () => {
    await fresh();

    const { order: paid } = await order({ offer: 'free', quantity: 2 });

    expect(paid).toMatchObject({
      ...{ status: 'paid', method: 'free', startsAt: new Date(now), expiresAt: null },
      paidAt: new Date(now),
    });
    expect(await readBalance(scope, { customer: 'ann', unit: 'points' })).toMatchObject({
      settled: 2,
    });
    expect(shop.types()).toEqual(['order.created', 'order.paid']);
    await expect(order({ offer: 'free', quantity: 2 })).rejects.toMatchObject({
      ...{ code: 'quantity_limit', details: { limit: 3, ordered: 2, quantity: 2 } },
    });
    expect(await rowsOf(scope)).toEqual([1, 1, 1, 2]);
  });

  test('a plan with a price is an offer of one period of itself', async () => {
    await fresh();

    const { order: placed } = await order({ plan: 'pro', currency: 'USD' });

    expect(placed).toMatchObject({
      ...{ offer: 'pro', plan: 'pro', cycle: 'P1M', total: { amount: 3_300, unit: 'USD' } },
    });
  });

  test.each([
    ['an offer that is not there', { offer: 'nope' }, 'offer_unknown'],
    ['an offer that is archived', { offer: 'old' }, 'offer_unknown'],
    ['a plan that is not there', { plan: 'nope' }, 'plan_unknown'],
    ['an offer that is locked', { offer: 'more' }, 'offer_locked'],
    ['more than its limit', { offer: 'scarce', quantity: 6 }, 'quantity_limit'],
    ['more than the limit of an order', { offer: 'single', quantity: 3 }, 'quantity_limit'],
    ['a currency without a price', { offer: 'forever', currency: 'USD' }, 'validation'],
    ['an inherited currency', { offer: 'forever', currency: 'toString' }, 'validation'],
    ['an offer without a price', { offer: 'unpriced' }, 'validation'],
    ['a plan without a price', { plan: 'free' }, 'validation'],
    ['a start in the past', { offer: 'calls', startsAt: new Date(1) }, 'start_in_past'],
    ['a thousand years', { offer: 'calls', quantity: 12_001 }, 'validation'],
    ['a gateway where there is none', { offer: 'calls', gateway: 'stripe' }, 'validation'],
  ] as [string, Partial<NewOrder>, string][])('%s is refused', async (_, input, code) => {
    await fresh();

    await expect(order(input)).rejects.toMatchObject({ code });

    expect(await rowsOf(scope)).toEqual([0, 0, 0, 0]);
  });

  test('a limit counts what is open or paid, not what was canceled or has lapsed', async () => {
    await fresh();
    const { order: first } = await order({ offer: 'scarce', quantity: 3 });
    const { order: second } = await order({ offer: 'scarce', quantity: 2 });
    await fulfilOrder(scope, { order: first.id, method: 'manual' });
    await expect(order({ offer: 'scarce' })).rejects.toMatchObject({ code: 'quantity_limit' });

    await cancelOrder(scope, { order: second.id });
    await order({ offer: 'scarce', quantity: 2 });
    await expect(order({ offer: 'scarce' })).rejects.toMatchObject({ code: 'quantity_limit' });
    scope = await shop.at('2026-02-01T10:00:00.000Z');
    await order({ offer: 'scarce', quantity: 2 });

    await expect(order({ offer: 'scarce' })).rejects.toMatchObject({
      details: { limit: 5, ordered: 5 },
    });
    expect((await order({ offer: 'single', quantity: 2 })).order.quantity).toBe(2);
    expect((await order({ offer: 'single', quantity: 2 })).order.quantity).toBe(2);
  });

  test('under one key is placed once, and another request is a conflict', async () => {
    await fresh();
    const input = { offer: 'calls', startsAt: new Date('2026-03-01'), idempotencyKey: 'k' };

    const first = await order(input);
    const again = await order(input);

    expect(again).toEqual({ ...first, replayed: true });
    await expect(order({ ...input, quantity: 2 })).rejects.toMatchObject({
      code: 'idempotency_conflict',
    });
    expect(await rowsOf(scope)).toEqual([1, 0, 0, 1]);
  });

  test('what is bought unlocks offers until it is over, stored or not', async () => {
    await fresh();
    const seen = async (moment: string, includeLocked = false) =>
      (await listOffers(await shop.at(moment), { customer: 'ann', includeLocked })).map(
        ({ key, locked }) => (locked ? `(${key})` : key),
      );
    const { order: bought } = await order({ offer: 'calls' });
    expect(await seen(now)).toContain('plainly');
    expect(await seen(now)).not.toContain('more');
    await fulfilOrder(scope, { order: bought.id, method: 'manual' });

    const unlocked = await seen('2026-02-28T09:59:59.999Z', true);

    expect(unlocked).not.toContain('plainly');
    expect(unlocked.slice(-2)).toEqual(['more', '(most)']);
    expect(await seen('2026-02-28T10:00:00.000Z', true)).toContain('(more)');
    expect((await order({ offer: 'more' })).order.status).toBe('pending');
    scope = await shop.at('2026-02-28T10:00:00.000Z');
    await expect(order({ offer: 'more' })).rejects.toMatchObject({
      ...{ code: 'offer_locked', details: { unlockedBy: ['calls'] } },
    });
  });

  test('a gateway is asked once the order is committed, again on a repeat, and never in a transaction', async () => {
    await fresh();
    const asked: unknown[] = [];
    const paying = openShop(database, `place-${tenants}`, {
      openCheckout: async (outside, { order, choice }) => {
        const other = await shop.at(now);
        expect(outside.inTransaction).toBe(false);
        expect(await getOrder(other, { order: order.id })).toMatchObject({ status: 'pending' });
        asked.push([order.id, choice.gateway]);
        return { kind: 'redirect', url: `https://pay.example/${order.id}` };
      },
    });
    scope = await paying.at(now);
    const input = { offer: 'calls', gateway: 'bank', idempotencyKey: 'k' };

    const { order: placed, checkout } = await order(input);
    const again = await order(input);
    const free = await order({ offer: 'free' });
    const inside = await scope.transaction((inner) =>
      createOrder(inner, { customer: 'ann', offer: 'forever' }),
    );
    const paid = await payOrder(scope, { order: inside.order.id });

    const url = `https://pay.example/${placed.id}`;
    expect([checkout, again.checkout]).toEqual([
      { kind: 'redirect', url },
      { kind: 'redirect', url },
    ]);
    expect([free.checkout, inside.checkout]).toEqual([{ kind: 'none' }, { kind: 'none' }]);
    expect(paid.checkout).toMatchObject({ kind: 'redirect' });
    expect(asked).toEqual([
      [placed.id, 'bank'],
      [placed.id, 'bank'],
      [inside.order.id, undefined],
    ]);
  });

  test('a plan that runs without an end, or one that will run by then, is not sold again', async () => {
    await fresh();
    const { id } = await createSubscription(scope, { customer: 'ann', plan: 'pro' });
    const taken = { code: 'already_subscribed', details: { subscription: id } };
    const startsAt = new Date('2026-03-01T00:00:00Z');

    await expect(order({ offer: 'pro-month' })).rejects.toMatchObject(taken);
    await expect(order({ plan: 'basic', startsAt })).rejects.toMatchObject(taken);

    expect((await order({ plan: 'basic' })).order.status).toBe('pending');
    expect((await order({ offer: 'pro-year' })).order.status).toBe('pending');
    expect((await order({ offer: 'helper', startsAt })).order.status).toBe('pending');
  });

  test('lists are newest first, by customer and status, page by page', async () => {
    await fresh();
    const ids: string[] = [];
    for (const offer of ['calls', 'bundle', 'forever']) ids.push((await order({ offer })).order.id);
    await createOrder(scope, { customer: 'bob', offer: 'calls' });
    await fulfilOrder(scope, { order: ids[1] ?? '', method: 'manual' });
    const idsOf = (page: { items: readonly { id: string }[] }) => page.items.map(({ id }) => id);

    const first = await listOrders(scope, { customer: 'ann', limit: 2 });
    const rest = await listOrders(scope, { customer: 'ann', cursor: first.next ?? '' });
    const pending = await listOrders(scope, { customer: 'ann', status: 'pending' });
    const lapsed = await listOrders(await shop.at('2026-02-02'), { status: 'canceled' });

    expect([...idsOf(first), ...idsOf(rest)]).toEqual([...ids].reverse());
    expect(first.items[1]?.items).toHaveLength(3);
    expect(idsOf(pending)).toEqual([ids[2], ids[0]]);
    expect(lapsed.items).toHaveLength(3);
    expect(await listOrders(scope, { customer: 'nobody' })).toEqual({ items: [], next: null });
    await expect(listOrders(scope, { cursor: 'x' })).rejects.toMatchObject({ code: 'cursor' });
    const lines = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await listPurchases(scope, { customer: 'ann', limit: 2, cursor });
      lines.push(...page.items.map(({ offer, status }) => `${offer} ${status}`));
      cursor = page.next;
    }
    expect(lines).toEqual([
      'forever pending',
      ...['unpriced paid', 'series paid', 'calls paid', 'bundle paid'],
      'calls pending',
    ]);
  });

  test('the time to pay is a setting', async () => {
    await fresh();
    await setSetting(scope, { key: 'orders.pendingTtl', value: 'PT30M' });

    expect((await order({ offer: 'calls' })).order.lapsesAt).toEqual(
      new Date('2026-01-31T10:30:00.000Z'),
    );
  });
});
