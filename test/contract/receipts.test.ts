/** Receipts over HTTP: a customer sees those of its own paid orders, an operator those of all, and nobody changes one. */
import { expect, test } from 'vitest';
import { describeContract } from './contract.ts';

const asAdmin = { 'x-admin': 'yes' };

describeContract('receipts', ({ host }) => {
  test('a paid order gives its receipt to whoever bought it and to operators, and no other', async () => {
    const calls = await host([]);
    const free = await calls.post('/billing/orders', 'ann', { offer: 'gift' });
    const placed = await calls.post('/billing/orders', 'ann', { offer: 'pack', country: 'DE' });
    const { id } = placed.body.order;
    const before = await calls.get(`/billing/orders/${id}/receipt`, 'ann');
    const body = { customer: 'ann', reason: 'cash' };
    await calls.post(`/billing/admin/orders/${id}/confirm`, 'ann', body, asAdmin);

    const receipt = await calls.get(`/billing/orders/${id}/receipt`, 'ann');
    const operators = await calls.get(`/billing/admin/orders/${id}/receipt`, 'olga', asAdmin);
    const named = `/billing/admin/orders/${id}/receipt?customer=`;

    expect(before.body).toMatchObject({ status: 404, code: 'not_found' });
    const total = { amount: 500, unit: 'EUR', scale: 2, formatted: '5.00' };
    expect(receipt).toMatchObject({
      status: 200,
      body: {
        ...{ number: 2, order: id, customer: 'ann', country: 'DE', taxRate: null, total },
        ...{ currency: 'EUR', paid: [{ method: 'manual', sum: total }] },
        credited: [{ amount: 100, unit: 'points' }],
        lines: [{ order: id, offer: 'pack', quantity: 1, price: total, total, expiresAt: null }],
      },
    });
    expect(receipt.body.issuedAt).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(operators.body).toEqual(receipt.body);
    expect((await calls.get(`${named}ann`, 'olga', asAdmin)).body).toEqual(receipt.body);
    expect((await calls.get(`${named}bob`, 'olga', asAdmin)).status).toBe(404);
    expect((await calls.get(`/billing/orders/${id}/receipt`, 'bob')).status).toBe(404);
    expect((await calls.get(`/billing/orders/${id}/receipt`)).status).toBe(401);
    const gift = await calls.get(`/billing/orders/${free.body.order.id}/receipt`, 'ann');
    expect(gift.body).toMatchObject({ number: 1, total: { amount: 0 }, paid: [] });
  });
});
