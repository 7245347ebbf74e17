/** Offers and orders over HTTP: what a customer sees, orders and gives up, and what only an operator says. */
import { expect, test } from 'vitest';
import { describeContract } from './contract.ts';

const asAdmin = { 'x-admin': 'yes' };
const reason = 'paid by transfer';
// biome-ignore lint/suspicious/noExplicitAny: an answer is walked, not typed.
type Any = any;
const keysOf = (body: Any) => body.items.map(({ key }: Any) => key);

describeContract('orders', ({ kit, host }) => {
  test('an order is placed, confirmed by an operator, and unlocks what it unlocks', async () => {
    const calls = await host([]);
    const seen = async (query = '', user?: string) =>
      keysOf((await calls.get(`/billing/offers${query}`, user)).body);
    expect(await seen()).toEqual(['pack', 'calls-1000', 'gift']);
    expect(await seen('?tags=new,few&locked=true')).toEqual(['thanks']);

    const placed = await calls.post('/billing/orders', 'ann', { offer: 'calls-1000', quantity: 2 });
    const { id } = placed.body.order;
    const confirm = () =>
      calls.post(
        `/billing/admin/orders/${id}/confirm`,
        'ann',
        { customer: 'ann', reason },
        asAdmin,
      );
    const paid = await confirm();
    const again = await confirm();

    expect(placed).toMatchObject({
      status: 201,
      body: {
        checkout: { kind: 'client_secret' },
        order: { status: 'pending', total: { amount: 1_000, formatted: '10.00' }, startsAt: null },
      },
    });
    expect(placed.body.replayed).toBeUndefined();
    expect(paid).toMatchObject({ status: 200, body: { id, status: 'paid', method: 'manual' } });
    expect(again.body).toMatchObject({ status: 409, code: 'duplicate_payment' });
    expect((await calls.get('/billing/balances/api-calls', 'ann')).body.available).toBe(2_005);
    expect(await seen('', 'ann')).toEqual(['pack', 'calls-1000', 'gift', 'thanks']);
    expect(await seen('', 'bob')).toEqual(['pack', 'calls-1000', 'gift']);
    expect((await calls.get('/billing/purchases?active=true', 'ann')).body.items).toMatchObject([
      { order: id, offer: 'calls-1000', quantity: 2 },
    ]);
    const [line] = (await kit().audit.list({ customer: 'ann' })).items;
    expect(line).toMatchObject({ operation: 'orders.confirm', reason, subject: { id } });
  });

  test('a key orders once: 201, then 200', async () => {
    const calls = await host([]);
    const key = { 'idempotency-key': 'buy-1' };

    const first = await calls.post('/billing/orders', 'ann', { offer: 'calls-1000' }, key);
    const second = await calls.post('/billing/orders', 'ann', { offer: 'calls-1000' }, key);
    const other = await calls.post('/billing/orders', 'ann', { offer: 'gift' }, key);

    expect([first.status, second.status, other.status]).toEqual([201, 200, 409]);
    expect(second.body).toEqual(first.body);
    expect((await calls.get('/billing/orders', 'ann')).body.items).toHaveLength(1);
  });

  test('the same while the first is unpaid is the first: 201, then 200; other content is refused', async () => {
    const calls = await host([]);
    const order = (quantity?: number) =>
      calls.post('/billing/orders', 'ann', { offer: 'calls-1000', quantity });

    const first = await order();
    const second = await order(1);
    const other = await order(2);

    expect([first.status, second.status, other.status]).toEqual([201, 200, 409]);
    expect(second.body).toEqual(first.body);
    expect(other.body).toMatchObject({ code: 'checkout_open' });
    expect((await calls.get('/billing/orders', 'ann')).body.items).toHaveLength(1);
  });

  test('what costs nothing is paid at once, and no more of it than there is', async () => {
    const calls = await host([]);

    const given = await calls.post('/billing/orders', 'ann', { offer: 'gift' });
    const more = await calls.post('/billing/orders', 'ann', { offer: 'gift' });

    expect(given.body.order).toMatchObject({ status: 'paid', method: 'free' });
    expect(more.body).toMatchObject({ status: 409, code: 'quantity_limit' });
    expect((await calls.get('/billing/balances/points', 'ann')).body.settled).toBe(5);
  });

  test.each([
    [{ offer: 'nope' }, 404, 'offer_unknown'],
    [{ offer: 'thanks' }, 403, 'offer_locked'],
    [{}, 422, 'validation'],
    [{ offer: 'gift', plan: 'pro' }, 422, 'validation'],
    [{ offer: 'gift', quantity: 0 }, 422, 'validation'],
    [{ offer: 'gift', taxRate: 19 }, 422, 'validation'],
    [{ offer: 'gift', country: 'Germany' }, 422, 'validation'],
    [{ offer: 'gift', startsAt: '2020-01-01T00:00:00Z' }, 422, 'start_in_past'],
    [{ offer: 'calls-1000', currency: 'points' }, 422, 'validation'],
    [{ offer: 'calls-1000', gateway: 'stripe' }, 422, 'validation'],
  ])('%j is refused', async (body, status, code) => {
    const calls = await host([]);

    expect((await calls.post('/billing/orders', 'ann', body)).body).toMatchObject({ status, code });
    expect((await calls.get('/billing/orders', 'ann')).body.items).toEqual([]);
  });

  test('an order of one’s own is given up or paid later; another’s is not there', async () => {
    const calls = await host([]);
    const { body } = await calls.post('/billing/orders', 'ann', { offer: 'calls-1000' });
    const { id } = body.order;
    const drop = (user: string) =>
      calls.call({ method: 'DELETE', path: `/billing/orders/${id}`, user });

    expect((await calls.get(`/billing/orders/${id}`, 'bob')).status).toBe(404);
    expect((await calls.post(`/billing/orders/${id}/pay`, 'bob')).status).toBe(404);
    expect((await drop('bob')).status).toBe(404);
    expect((await calls.post(`/billing/orders/${id}/pay`, 'ann')).body.checkout).toMatchObject({
      ...{ kind: 'client_secret', clientSecret: expect.any(String) },
    });
    expect(await drop('ann')).toMatchObject({ status: 200, body: { status: 'canceled' } });
    expect((await calls.post(`/billing/orders/${id}/pay`, 'ann')).body.code).toBe('invalid_state');
    expect((await calls.get('/billing/orders?status=canceled', 'ann')).body.items).toHaveLength(1);
    expect((await calls.get('/billing/orders')).status).toBe(401);
  });

  test('that an order is paid is no customer’s to say', async () => {
    const calls = await host([]);
    const { body } = await calls.post('/billing/orders', 'ann', { offer: 'calls-1000' });
    const path = `/billing/admin/orders/${body.order.id}/confirm`;

    expect((await calls.post(path, 'ann', { customer: 'ann', reason })).status).toBe(403);
    expect((await calls.post(path, 'ann', { customer: 'bob', reason }, asAdmin)).status).toBe(404);
    expect((await calls.post(path, 'ann', { customer: 'ann' }, asAdmin)).status).toBe(422);
    expect((await calls.get(`/billing/orders/${body.order.id}`, 'ann')).body.status).toBe(
      'pending',
    );
  });

  test('an operator orders for a customer the kit knows, and cancels', async () => {
    const calls = await host([]);
    const order = (customer: string) =>
      calls.post('/billing/admin/orders', 'root', { customer, plan: 'pro', taxRate: 19 }, asAdmin);
    await kit().customers.upsert({ customer: 'ann' });

    const unknown = await order('nobody');
    const unpriced = await order('ann');
    const asked = { customer: 'ann', offer: 'calls-1000', taxRate: 19 };
    const placed = await calls.post('/billing/admin/orders', 'root', asked, asAdmin);
    const { id } = placed.body.order;
    const why = { customer: 'ann', reason };
    const canceled = await calls.post(`/billing/admin/orders/${id}/cancel`, 'root', why, asAdmin);

    expect([unknown.body.code, unpriced.body.code]).toEqual(['customer_unknown', 'validation']);
    expect(canceled.body).toMatchObject({ id, status: 'canceled', taxRate: 19 });
    const listed = await calls.get(
      '/billing/admin/orders?status=canceled&customer=ann',
      'root',
      asAdmin,
    );
    expect(listed.body.items).toMatchObject([{ id }]);
    const one = await calls.get(`/billing/admin/orders/${id}?customer=ann`, 'root', asAdmin);
    expect(one.body).toMatchObject({ id });
  });
});
