/** The gateway without a processor keeps the contract's promises, and does what it is told. */
import { expect, test } from 'vitest';
import type { CreatePayment, InvoiceFact } from './gateway.ts';
import { testGateway } from './test-gateway.ts';

const now = new Date('2026-03-01T12:00:00Z');
const clock = { now: () => now };
const sum = { amount: 1250, currency: 'EUR', scale: 2 };
const payment = (key: string, more: Partial<CreatePayment> = {}): CreatePayment => ({
  ...{ order: 'ord_1', sum, kind: 'intent', description: '1,000 calls', idempotencyKey: key },
  metadata: { tenant: 'default', order: 'ord_1', customer: 'ann', payment: 'pay_1' },
  ...more,
});
const seconds = (count: number) => new Date(now.getTime() + count * 1000);

test('a payment succeeds at once and tells its sum, its order and that no money moved', async () => {
  const gateway = testGateway();

  const { id, checkout, livemode } = await gateway.createPayment(payment('a'));

  expect([checkout.kind, livemode]).toEqual(['client_secret', false]);
  expect(await gateway.fetchPayment(id)).toEqual({
    ...{ id, state: 'succeeded', received: sum, disputed: false, livemode: false },
    refunded: { ...sum, amount: 0 },
    metadata: { tenant: 'default', order: 'ord_1', customer: 'ann', payment: 'pay_1' },
  });
});

test('a checkout leads to where the payer is to come back, and without that it is refused', async () => {
  const gateway = testGateway();
  const input = payment('a', { kind: 'checkout', returnUrl: 'https://shop.example/back' });

  const { checkout } = await gateway.createPayment(input);
  const without = gateway.createPayment(payment('b', { kind: 'checkout' }));

  expect(checkout).toEqual({ kind: 'redirect', url: 'https://shop.example/back' });
  await expect(without).rejects.toMatchObject({ code: 'gateway_validation', outcome: 'not_done' });
});

test.each([0, -5, 1.5, Number.NaN])('a payment of %s is refused and not made', async (amount) => {
  const gateway = testGateway();

  const refused = gateway.createPayment(payment('a', { sum: { ...sum, amount } }));

  await expect(refused).rejects.toMatchObject({ code: 'gateway_validation' });
  expect(gateway.payments()).toEqual([]);
});

test('outcomes come in the order of the script, the last for good', async () => {
  const gateway = testGateway({ payments: ['refuse', 'need_action', 'delay', 'succeed'] });

  for (const key of ['a', 'b', 'c', 'd', 'e']) await gateway.createPayment(payment(key));

  const states = gateway.payments().map(({ state }) => state);
  expect(states).toEqual([
    ...['needs_payment_method', 'needs_action', 'processing', 'succeeded', 'succeeded'],
  ]);
});

test.each([
  ['fail_before', 'gateway_error', 'unknown', 0],
  ['fail_after', 'gateway_error', 'unknown', 1],
  ['unreachable', 'gateway_error', 'not_done', 0],
  ['unauthorized', 'gateway_authorization', 'not_done', 0],
] as const)(
  '%s fails with %s (%s), and asked again there is one payment',
  async (failure, code, outcome, made) => {
    const gateway = testGateway({ payments: [failure, 'succeed'] });

    const failed = gateway.createPayment(payment('a'));
    await expect(failed).rejects.toMatchObject({ code, outcome, kind: 'gateway', status: 502 });
    const before = gateway.payments().length;
    const again = await gateway.createPayment(payment('a'));
    const replayed = await gateway.createPayment(payment('a'));

    expect([before, gateway.payments().length]).toEqual([made, 1]);
    expect(replayed).toEqual(again);
  },
);

test('the same key with another sum is refused and the first payment stands', async () => {
  const gateway = testGateway();
  await gateway.createPayment(payment('a'));

  const other = gateway.createPayment(payment('a', { sum: { ...sum, amount: 1 } }));

  await expect(other).rejects.toMatchObject({ code: 'gateway_duplicate', outcome: 'not_done' });
  expect(gateway.payments().map(({ received }) => received)).toEqual([sum]);
});

test('a delayed payment is settled by hand, with another sum when told so', async () => {
  const gateway = testGateway({ payments: ['delay'] });
  const { id } = await gateway.createPayment(payment('a'));
  expect(await gateway.fetchPayment(id)).toMatchObject({ state: 'processing', received: null });

  gateway.settle(id, 'succeed', { received: { ...sum, amount: 1 } });

  const received = { ...sum, amount: 1 };
  expect(await gateway.fetchPayment(id)).toMatchObject({ state: 'succeeded', received });
});

test('refunds add up to what came in and no further, each key once', async () => {
  const gateway = testGateway({ refunds: ['fail_after', 'delay', 'succeed'] });
  const { id } = await gateway.createPayment(payment('a'));
  const refund = (idempotencyKey: string, amount: number, scale = 2) =>
    gateway.refund({ payment: id, sum: { amount, currency: 'EUR', scale }, idempotencyKey });

  await expect(refund('r1', 250)).rejects.toMatchObject({ outcome: 'unknown' });
  await refund('r1', 250);
  expect(await refund('r2', 9_000, 3)).toMatchObject({ state: 'pending' });
  await expect(refund('r3', 101)).rejects.toMatchObject({ code: 'gateway_validation' });
  await refund('r4', 100);

  const { refunded } = await gateway.fetchPayment(id);
  expect([refunded, gateway.refunds().length]).toEqual([sum, 3]);
});

test('a payment that nobody knows is refused by every verb', async () => {
  const gateway = testGateway();
  const refused = { code: 'gateway_validation' };

  await expect(gateway.fetchPayment('tpy_x')).rejects.toMatchObject(refused);
  await expect(
    gateway.refund({ payment: 'tpy_x', sum, idempotencyKey: 'r' }),
  ).rejects.toMatchObject(refused);
  expect(() => gateway.settle('tpy_x', 'succeed')).toThrow(expect.objectContaining(refused));
  expect(() => gateway.webhook('tpy_x')).toThrow(expect.objectContaining(refused));
});

test('a webhook tells a payment as it stands, from bytes as from text', async () => {
  const gateway = testGateway({ clock });
  const { id } = await gateway.createPayment(payment('a'));
  gateway.dispute(id);

  const { rawBody, headers } = gateway.webhook(id, { id: 'tev_1' });

  const event = {
    ...{ id: 'tev_1', type: 'payment.succeeded', at: now, livemode: false },
    fact: { kind: 'payment', payment: await gateway.fetchPayment(id) },
  };
  expect(await gateway.parseWebhook({ rawBody, headers, now })).toEqual(event);
  const bytes = new TextEncoder().encode(rawBody);
  expect(await gateway.parseWebhook({ rawBody: bytes, headers, now })).toEqual(event);
});

test('an invoice comes back with its instants', async () => {
  const gateway = testGateway({ clock });
  const invoice: InvoiceFact = {
    ...{ kind: 'invoice', invoice: 'in_1', subscription: 'sub_9', state: 'failed', sum },
    ...{ externalCustomer: 'cus_1', metadata: {}, periodStartsAt: now, periodEndsAt: seconds(60) },
    nextAttemptAt: null,
  };

  const told = gateway.webhook(invoice);

  expect((await gateway.parseWebhook({ ...told, now })).fact).toEqual(invoice);
});

test('a webhook is believed within five minutes of its signature, to both sides', async () => {
  const gateway = testGateway({ clock });
  const told = gateway.webhook(null);
  const faultAt = async (at: number) => {
    try {
      await gateway.parseWebhook({ ...told, now: seconds(at) });
      return null;
    } catch (error) {
      return (error as { reason: string }).reason;
    }
  };

  expect(await Promise.all([-301, -300, 0, 300, 301].map(faultAt))).toEqual([
    ...['too_new', null, null, null, 'too_old'],
  ]);
});

test('a changed body, another secret, no signature and a parsed body are not believed', () => {
  const gateway = testGateway({ clock });
  const { rawBody, headers } = gateway.webhook(null);
  const refused = (reason: string) =>
    expect.objectContaining({ code: 'webhook_signature', kind: 'invalid', status: 400, reason });
  const parse = (input: object) => () =>
    gateway.parseWebhook({ rawBody, headers, now, ...input } as never);

  expect(parse({ rawBody: rawBody.replace('null', '{}') })).toThrow(refused('mismatch'));
  expect(parse(testGateway({ clock }).webhook(null))).toThrow(refused('mismatch'));
  expect(parse({ headers: {} })).toThrow(refused('missing'));
  expect(parse({ rawBody: JSON.parse(rawBody) })).toThrow(refused('parsed'));
});

test('while secrets change both are believed, and an empty one is refused at once', async () => {
  const before = testGateway({ clock, webhookSecret: 'old' });
  const after = testGateway({ clock, webhookSecret: ['new', 'old'] });

  const event = await after.parseWebhook({ ...before.webhook(null, { id: 'tev_1' }), now });

  expect(event.id).toBe('tev_1');
  for (const webhookSecret of ['', ' ', [], ['new', '']])
    expect(() => testGateway({ webhookSecret })).toThrow(
      expect.objectContaining({ code: 'configuration' }),
    );
});
