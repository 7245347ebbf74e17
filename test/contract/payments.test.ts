/** Paying over HTTP: what the gateway tells comes to a route of its own, raw, and is believed by its signature alone. */
import { createBursar, testGateway } from '@bursar/core';
import { expect, test } from 'vitest';
import { describeContract } from './contract.ts';

describeContract('a gateway', ({ kit, host, gateway }) => {
  const prefix = '/billing';
  const started = () => host([{ method: 'GET', path: '/hosts-own' }], {}, prefix);
  const bought = { offer: 'pack', returnUrl: 'https://app.example/bought' };

  test('tells of a payment without being anybody, and a repeat does nothing', async () => {
    const calls = await started();
    const placed = await calls.post(`${prefix}/orders`, 'ann', bought);
    const id = placed.body.order.id;
    const payment = gateway.payments().at(-1);
    gateway.settle(payment?.id ?? '', 'succeed');
    const { rawBody, headers } = gateway.webhook(payment?.id ?? '');
    const tell = (body: string, to = calls.tenant) =>
      fetch(`${calls.url}${prefix}/webhooks/test/${to}`, {
        ...{ method: 'POST', body },
        headers: { ...(headers as Record<string, string>), 'content-type': 'application/json' },
      });

    const before = await calls.get(`${prefix}/orders/${id}`, 'ann');
    const forged = await tell(`${rawBody} `);
    const told = await tell(rawBody);
    const again = await tell(rawBody);
    const elsewhere = await tell(rawBody, 'another');
    const after = await calls.get(`${prefix}/orders/${id}`, 'ann');

    expect(placed.body.checkout).toMatchObject({ kind: 'redirect' });
    expect(before.body.status).toBe('pending');
    expect(forged.status).toBe(400);
    expect(await forged.json()).toMatchObject({ code: 'webhook_signature' });
    expect([told.status, await told.json()]).toEqual([200, { outcome: 'applied' }]);
    expect([again.status, await again.json()]).toEqual([200, { outcome: 'repeated' }]);
    expect(await elsewhere.json()).toEqual({ outcome: 'ignored' });
    expect(after.body).toMatchObject({ status: 'paid', method: 'test' });
    expect((await kit().wallet.balance({ customer: 'ann', unit: 'points' })).available).toBe(100);
  });

  test('tells of money that went back and of a dispute, and the order shows it', async () => {
    const calls = await started();
    const placed = await calls.post(`${prefix}/orders`, 'cid', bought);
    const id = placed.body.order.id;
    const payment = gateway.payments().at(-1)?.id ?? '';
    gateway.settle(payment, 'succeed');
    const tell = async (told: Parameters<typeof gateway.webhook>[0]) => {
      const { rawBody, headers } = gateway.webhook(told);
      const answer = await fetch(`${calls.url}${prefix}/webhooks/test/${calls.tenant}`, {
        ...{ method: 'POST', body: rawBody },
        headers: { ...(headers as Record<string, string>), 'content-type': 'application/json' },
      });
      return [answer.status, await answer.json()];
    };
    const order = async () => (await calls.get(`${prefix}/orders/${id}`, 'cid')).body;
    await tell(payment);
    const { total } = await order();
    const sum = { amount: total.amount / 2, currency: total.unit, scale: total.scale };

    await gateway.refund({ payment, sum, idempotencyKey: `dashboard-${payment}` });
    const refunded = [await tell(payment), await order()];
    const disputed = [
      await tell({
        ...{ kind: 'dispute', payment, dispute: `dp-${payment}`, state: 'open', sum },
        reason: 'fraudulent',
      }),
      await order(),
    ];

    const applied = [200, { outcome: 'applied' }];
    expect(refunded).toMatchObject([
      applied,
      { status: 'partly_refunded', refunded: { amount: sum.amount }, disputed: false },
    ]);
    expect(disputed).toMatchObject([applied, { status: 'partly_refunded', disputed: true }]);
    const points = await kit().wallet.balance({ customer: 'cid', unit: 'points' });
    expect(points).toMatchObject({ settled: 50, held: 50, available: 0 });
  });

  test('leaves payments and refunds for operators to look through, page by page', async () => {
    const calls = await started();
    const asAdmin = { 'x-admin': 'yes' };
    const list = (path: string, user = 'root', headers: Record<string, string> = asAdmin) =>
      calls.get(`${prefix}/admin/${path}`, user, headers);
    const orders = [];
    for (const user of ['ann', 'bea', 'ann']) {
      const { body } = await calls.post(`${prefix}/orders`, user, bought);
      const payment = gateway.payments().at(-1)?.id ?? '';
      gateway.settle(payment, 'succeed');
      await calls.post(`${prefix}/orders/${body.order.id}/confirm`, user);
      orders.push(body.order.id);
    }
    const [first, second, third] = orders;
    const ask = { customer: 'bea', to: 'wallet', reason: 'broken' };
    await calls.post(`${prefix}/admin/orders/${second}/refund`, 'root', ask, asAdmin);

    const newest = await list('payments?limit=2');
    const rest = await list(`payments?limit=2&cursor=${newest.body.next}`);
    const refunds = await list('refunds?customer=bea&state=succeeded');

    const seen = [...newest.body.items, ...rest.body.items];
    expect(seen.map(({ order, state, gateway }) => [order, state, gateway])).toEqual(
      [third, second, first].map((order) => [order, 'succeeded', 'test']),
    );
    expect(rest.body.next).toBe(null);
    expect(seen[0]).toMatchObject({ flagged: null, refusal: null, disputed: false });
    expect(seen[0].amount).toMatchObject({ unit: 'EUR' });
    for (const path of [`payments?order=${first}`, 'payments?customer=bea&state=succeeded'])
      expect((await list(path)).body.items).toHaveLength(1);
    for (const path of ['payments?flagged=true', 'payments?state=open', 'refunds?customer=ann'])
      expect((await list(path)).body).toEqual({ items: [], next: null });
    expect(refunds.body.items).toMatchObject([{ order: second, to: 'wallet', source: 'asked' }]);
    expect((await list('payments?state=broke')).status).toBe(422);
    expect((await list('refunds?cursor=rubbish')).status).toBe(422);
    for (const path of ['payments', 'refunds'])
      expect((await list(path, 'ann', {})).status).toBe(403);
  });

  test('that is not set up is not found, and what is no event is refused', async () => {
    const calls = await started();
    const post = (path: string, body: string) =>
      fetch(`${calls.url}${prefix}/webhooks/${path}`, { method: 'POST', body });

    expect((await post('nowhere', '{}')).status).toBe(404);
    expect((await post('test', '')).status).toBe(400);
    expect((await post('test', 'rubbish')).status).toBe(400);
    expect((await post('test', 'x'.repeat(2_000_000))).status).toBe(413);
  });
});

test('gateways that are none are refused at once', () => {
  const make = (gateways: unknown) => () =>
    createBursar({ catalog: { spec: {} } as never, gateways: gateways as never });

  expect(make({ stripe: {} })).toThrow(/createPayment/);
  expect(make({ 'two words': testGateway() })).toThrow(/letters/);
  expect(make(5)).toThrow(/gateways/);
});
