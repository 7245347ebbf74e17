/** Payments and refunds with the real library, against a Stripe on this machine that fails in every way it can. */
import type { CreatePayment, GatewaySum } from '@bursar/core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { at, texts } from '#test/stripe-form.ts';
import { type StripeFault, StripeStandIn } from '#test/stripe-stand-in.ts';
import { stripe } from './stripe.ts';

let there: StripeStandIn;
beforeAll(async () => {
  there = await StripeStandIn.start();
});
afterAll(() => there.close());
beforeEach(() => {
  there.requests.length = 0;
});

const open = (more = {}) =>
  stripe({
    ...{ secretKey: there.secretKey, webhookSecret: 'whsec_1', apiBase: there.url },
    ...more,
  });
const eur = (amount: number): GatewaySum => ({ amount, currency: 'EUR', scale: 2 });
const metadata = { tenant: 'default', order: 'ord_1', customer: 'ann', payment: 'pay_1' };
let keys = 0;
const asked = (more: Partial<CreatePayment> = {}): CreatePayment => ({
  ...{ order: 'ord_1', sum: eur(1250), kind: 'intent', description: '1,000 calls', metadata },
  idempotencyKey: `key-${++keys}`,
  ...more,
});
const atCheckout = (more: Partial<CreatePayment> = {}) =>
  asked({ kind: 'checkout', returnUrl: 'https://shop.example/back', ...more });
const posts = () => there.requests.filter(({ method }) => method === 'POST');

test('an intent carries the sum, the order and our key, and gives its secret to the page', async () => {
  const input = asked({ externalCustomer: 'cus_1' });

  const { id, checkout, livemode } = await open().createPayment(input);

  const [request] = posts();
  const intent = there.objects.intent(id);
  expect([request?.key, livemode]).toEqual([input.idempotencyKey, false]);
  expect(checkout).toEqual({ kind: 'client_secret', clientSecret: intent.client_secret });
  expect(intent).toMatchObject({ amount: 1250, currency: 'eur', customer: 'cus_1', metadata });
});

test('a checkout leads to its page, and names the order on session and intent', async () => {
  const { id, checkout } = await open().createPayment(
    atCheckout({
      sum: { amount: 500, currency: 'JPY', scale: 0 },
      cancelUrl: 'https://x.example/',
    }),
  );

  const [request] = posts();
  const form = request?.form ?? {};
  expect(checkout).toEqual({ kind: 'redirect', url: there.objects.session(id).url });
  expect(there.objects.session(id)).toMatchObject({ amount_total: 500, currency: 'jpy', metadata });
  expect(texts(form, 'payment_intent_data', 'metadata')).toEqual(metadata);
  expect(at(form, 'adaptive_pricing', 'enabled')).toBe('false');
});

test('the version and the address are those that were given', async () => {
  await open({ apiVersion: '2024-06-20' }).createPayment(asked());

  expect(there.requests[0]?.version).toBe('2024-06-20');
});

test.each([
  ['requires_payment_method', 'needs_payment_method', null],
  ['requires_action', 'needs_action', null],
  ['processing', 'processing', null],
  ['requires_capture', 'needs_capture', null],
  ['canceled', 'canceled', null],
  ['succeeded', 'succeeded', eur(1250)],
  ['a_word_of_next_year', 'unknown', null],
])('an intent that is %s is %s', async (status, state, received) => {
  const gateway = open();
  const { id } = await gateway.createPayment(asked());

  there.objects.pay(id, status);

  expect(await gateway.fetchPayment(id)).toEqual({
    ...{ id, state, received, refunded: eur(0), disputed: false, metadata, livemode: false },
  });
});

test('a session is open until somebody tries, refused while a card was, and paid when its intent is', async () => {
  const gateway = open();
  const { id } = await gateway.createPayment(atCheckout());
  const now = () => gateway.fetchPayment(id);
  const states = [await now()];

  for (const status of ['requires_payment_method', 'processing', 'succeeded']) {
    there.objects.pay(id, status);
    states.push(await now());
  }

  expect(states.map(({ state }) => state)).toEqual([
    ...['open', 'needs_payment_method', 'processing', 'succeeded'],
  ]);
  expect(states.at(-1)).toMatchObject({ id, received: eur(1250), refunded: eur(0), metadata });
});

test('a payment that Stripe does not know is refused', async () => {
  const unknown = open().fetchPayment('pi_nobody');

  await expect(unknown).rejects.toMatchObject({
    ...{ code: 'gateway_validation', kind: 'gateway', outcome: 'not_done' },
    details: { reason: 'resource_missing', requestId: 'req_stand_in' },
  });
});

test('a sum that yen do not have is refused before anything is sent', async () => {
  const refused = open().createPayment(asked({ sum: { amount: 50, currency: 'JPY', scale: 2 } }));

  await expect(refused).rejects.toMatchObject({ code: 'gateway_validation', outcome: 'not_done' });
  await expect(open().createPayment(atCheckout({ returnUrl: '' }))).rejects.toMatchObject({
    ...{ code: 'gateway_validation', details: { field: 'returnUrl' } },
  });
  expect(there.requests).toEqual([]);
});

// Each of these is overcome by asking again under the same key, which the library does by itself.
test.each<[string, StripeFault[]]>([
  ['a connection lost before', ['reset_before']],
  ['a connection lost after', ['reset_after']],
  ['two connections lost', ['reset_after', 'reset_before']],
  ['an error after it was done', ['error_after']],
  ['a passing error', [500]],
  ['two passing errors', [503, 500]],
  ['silence after it was done', ['silent_after']],
])('%s leaves one payment', async (_, faults) => {
  const [gateway, input] = [open({ timeoutMilliseconds: 300 }), asked()];
  const before = there.objects.intents.size;
  there.fail(...faults);

  const first = await gateway.createPayment(input);
  const again = await gateway.createPayment(input);

  expect(again).toEqual(first);
  expect(there.objects.intents.size - before).toBe(1);
  expect(new Set(posts().map(({ key }) => key)).size).toBe(1);
});

test('asked ten times at once, there is one payment, and who came between is told of a duplicate', async () => {
  const [gateway, input] = [open(), atCheckout()];
  there.fail({ delay: 200 });

  const all = await Promise.allSettled(
    Array.from({ length: 10 }, () => gateway.createPayment(input)),
  );

  const ids = all.flatMap((one) => (one.status === 'fulfilled' ? one.value.id : []));
  expect(new Set(ids)).toEqual(new Set([...there.objects.sessions.keys()].slice(-1)));
  expect(ids.length).toBeGreaterThan(0);
  for (const one of all)
    if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'gateway_duplicate' });
});

test('a key that is in use for longer than three attempts is a duplicate of unknown outcome', async () => {
  const [gateway, input] = [open(), asked()];
  there.fail({ delay: 3_000 });
  const first = gateway.createPayment(input);
  await expect.poll(() => there.requests.length).toBe(1);

  const second = gateway.createPayment(input);

  await expect(second).rejects.toMatchObject({ code: 'gateway_duplicate', outcome: 'unknown' });
  const made = await first;
  expect(await gateway.createPayment(input)).toEqual(made);
});

test('the same key with another sum is a duplicate, and the first payment stands', async () => {
  const [gateway, input] = [open(), asked()];
  const { id } = await gateway.createPayment(input);

  const other = gateway.createPayment({ ...input, sum: eur(1) });

  await expect(other).rejects.toMatchObject({ code: 'gateway_duplicate', outcome: 'not_done' });
  expect(there.objects.intent(id).amount).toBe(1250);
});

// What asking again does not overcome: is it certain that nothing was done?
const thrice = (fault: StripeFault): StripeFault[] => [fault, fault, fault];
test.each<[string, StripeFault[], string, string]>([
  ['a wrong key', [401], 'gateway_authorization', 'not_done'],
  ['a key without the right', [403], 'gateway_authorization', 'not_done'],
  ['a refused request', [400], 'gateway_validation', 'not_done'],
  ['too many requests', [429], 'gateway_error', 'not_done'],
  ['a lasting error', thrice(500), 'gateway_error', 'unknown'],
  ['lasting silence', thrice('silent_after'), 'gateway_error', 'unknown'],
  ['lost connections', thrice('reset_after'), 'gateway_error', 'unknown'],
  ['a page instead of an answer', ['garbage_after'], 'gateway_error', 'unknown'],
  ['an answer without content', ['empty_after'], 'gateway_error', 'unknown'],
  ['half an answer', ['cut_after'], 'gateway_error', 'unknown'],
  ['an answer that trickles', ['trickle_after'], 'gateway_error', 'unknown'],
  ['a lost connection, then a wrong key', ['reset_after', 401], 'gateway_authorization', 'unknown'],
  ['an error, then too many requests', ['error_after', 429], 'gateway_error', 'unknown'],
])('%s is told as such', async (_, faults, code, outcome) => {
  const gateway = open({ timeoutMilliseconds: 300 });
  there.fail(...faults);

  const failed = gateway.createPayment(asked());

  await expect(failed).rejects.toMatchObject({ code, outcome, kind: 'gateway', status: 502 });
});

test('where nobody is, certainly nothing is done', async () => {
  const gone = await StripeStandIn.start();
  const gateway = open({ apiBase: gone.url });
  await gone.close();

  const failed = gateway.createPayment(asked());

  await expect(failed).rejects.toMatchObject({ code: 'gateway_error', outcome: 'not_done' });
});

test('where nobody is any more, it may have been done before', async () => {
  const going = await StripeStandIn.start();
  going.fail('reset_after');
  const failed = open({ apiBase: going.url }).createPayment(asked());
  failed.catch(() => {});
  await expect.poll(() => going.objects.intents.size).toBe(1);

  await going.close();

  await expect(failed).rejects.toMatchObject({ code: 'gateway_error', outcome: 'unknown' });
});

test('a question that changes nothing leaves nothing unknown', async () => {
  const gateway = open();
  const { id } = await gateway.createPayment(asked());
  there.fail(...thrice(500));

  await expect(gateway.fetchPayment(id)).rejects.toMatchObject({
    ...{ code: 'gateway_error', outcome: 'not_done' },
  });
});

test('no error repeats what was sent, answered or is secret', async () => {
  const gateway = open();
  const { id } = await gateway.createPayment(asked());
  const refund = { payment: id, sum: eur(1), idempotencyKey: `refund-${id}` };

  const failures = await Promise.all(
    [
      open({ secretKey: 'sk_test_wrong' }).createPayment(asked()),
      gateway.fetchPayment('pi_nobody'),
      gateway.refund(refund),
    ].map((call) => call.then(String, (error) => error)),
  );

  const codes = ['gateway_authorization', 'gateway_validation', 'gateway_validation'];
  expect(failures.map(({ code }) => code)).toEqual(codes);
  for (const { message, stack, cause, ...error } of failures) {
    const told = [message, stack, cause, JSON.stringify(error)].join();
    expect(told).not.toMatch(/sk_test|whsec|example\.com|1,000 calls|\bann\b/);
  }
});

test('a refund goes back once per key, even when Stripe has forgotten the key', async () => {
  const gateway = open();
  const { id } = await gateway.createPayment(atCheckout());
  there.objects.pay(id);
  const refund = { payment: id, sum: eur(250), idempotencyKey: `refund-${id}` };
  there.fail(...[200, 200].map(() => ({ delay: 0 })), 'reset_after');

  const first = await gateway.refund(refund);
  there.forgetKeys();
  const again = await gateway.refund(refund);

  expect(first).toMatchObject({ state: 'succeeded', sum: eur(250) });
  expect(again).toEqual(first);
  expect((await gateway.fetchPayment(id)).refunded).toEqual(eur(250));
  await expect(gateway.refund({ ...refund, sum: eur(1) })).rejects.toMatchObject({
    ...{ code: 'gateway_duplicate', outcome: 'not_done' },
  });
});

test('asked five times at once, a refund goes back once', async () => {
  const gateway = open();
  const { id } = await gateway.createPayment(asked());
  there.objects.pay(id);
  const refund = { payment: id, sum: eur(250), idempotencyKey: `refund-${id}` };

  await Promise.allSettled(Array.from({ length: 5 }, () => gateway.refund(refund)));

  expect((await gateway.fetchPayment(id)).refunded).toEqual(eur(250));
});

test('more than is left, another currency, and what nobody paid are refused', async () => {
  const gateway = open();
  const { id } = await gateway.createPayment(asked());
  const unpaid = await gateway.createPayment(atCheckout());
  there.objects.pay(id);
  const refund = (sum: GatewaySum, payment = id) =>
    gateway.refund({ payment, sum, idempotencyKey: `refund-${++keys}` });
  const refused = { code: 'gateway_validation', outcome: 'not_done' };

  await refund(eur(1000));
  await expect(refund(eur(251))).rejects.toMatchObject(refused);
  await expect(refund({ ...eur(250), currency: 'USD' })).rejects.toMatchObject(refused);
  await expect(refund(eur(1), unpaid.id)).rejects.toMatchObject(refused);
  await refund(eur(250));
  await expect(refund(eur(1))).rejects.toMatchObject({ code: 'gateway_duplicate' });

  expect((await gateway.fetchPayment(id)).refunded).toEqual(eur(1250));
});
