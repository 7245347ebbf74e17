/** Webhooks: what is believed, and what each event tells. Signed by the stand-in, not by the library. */
import type { GatewayEvent, IncomingWebhook } from '@bursar/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Stored } from '#test/stripe-objects.ts';
import { StripeStandIn, signatureOf } from '#test/stripe-stand-in.ts';
import { stripe } from './stripe.ts';

const now = new Date('2026-03-01T12:00:00Z');
const seconds = (count: number) => new Date(now.getTime() + count * 1000);
const secret = 'whsec_now';
const metadata = { tenant: 'default', order: 'ord_1', customer: 'ann', payment: 'pay_1' };
const eur = (amount: number) => ({ amount, currency: 'EUR', scale: 2 });

let there: StripeStandIn;
beforeAll(async () => {
  there = await StripeStandIn.start();
});
afterAll(() => there.close());

const open = (more = {}) =>
  stripe({ secretKey: there.secretKey, webhookSecret: secret, apiBase: there.url, ...more });
const read = async (webhook: object, more = {}): Promise<GatewayEvent> =>
  open(more).parseWebhook({ now, ...webhook } as IncomingWebhook);
const faultOf = async (webhook: object, more = {}) => {
  try {
    await read(webhook, more);
    return null;
  } catch (error) {
    expect(error).toMatchObject({ code: 'webhook_signature', kind: 'invalid', status: 400 });
    return (error as { reason: string }).reason;
  }
};
const event = (type: string, about: object, at = now) =>
  there.webhook(type, { id: 'x_1', ...about } as Stored, { secret, at, id: 'evt_1' });
const factOf = async (type: string, about: object) => (await read(event(type, about))).fact;
async function paid(kind: 'intent' | 'checkout', status = 'succeeded'): Promise<Stored> {
  const { id } = await open().createPayment({
    ...{ order: 'ord_1', sum: eur(1250), kind, description: 'calls', metadata },
    ...{ returnUrl: 'https://shop.example/', idempotencyKey: `${Math.random()}` },
  });
  return there.objects.pay(id, status);
}

describe('a webhook is believed', () => {
  test('within five minutes of its signature, to both sides', async () => {
    const signed = event('customer.created', {});

    const faults = await Promise.all(
      [-301, -300, 0, 300, 301].map((at) => faultOf({ ...signed, now: seconds(at) })),
    );

    expect(faults).toEqual(['too_new', null, null, null, 'too_old']);
  });

  test('within a tolerance of the host', async () => {
    const signed = event('customer.created', {});
    const at = (count: number) =>
      faultOf({ ...signed, now: seconds(count) }, { toleranceSeconds: 10 });

    expect([await at(10), await at(11), await at(-11)]).toEqual([null, 'too_old', 'too_new']);
  });

  test('as text, as bytes, and under whatever case its header has', async () => {
    const { rawBody, headers } = event('customer.created', { name: 'Zoë €' });
    const bytes = new TextEncoder().encode(rawBody);

    const asText = await read({ rawBody, headers });

    expect(asText).toMatchObject({ id: 'evt_1', type: 'customer.created', at: now, fact: null });
    expect(await read({ rawBody: bytes, headers })).toEqual(asText);
    expect(await read({ rawBody: Buffer.from(bytes), headers })).toEqual(asText);
    const header = headers['stripe-signature'];
    expect(await read({ rawBody, headers: { 'Stripe-Signature': header } })).toEqual(asText);
  });

  test('by either secret while one takes over, and by the new one alone afterwards', async () => {
    const [before, after] = ['whsec_before', secret].map((one) =>
      there.webhook('customer.created', { id: 'cus_1' }, { secret: one, at: now }),
    );
    const both = { webhookSecret: [secret, 'whsec_before'] };

    const faults = [
      await faultOf(before as object, both),
      await faultOf(after as object, both),
      await faultOf(before as object),
      await faultOf(after as object),
    ];

    expect(faults).toEqual([null, null, 'mismatch', null]);
  });

  test('when one signature of several fits, as Stripe sends them while a secret changes', async () => {
    const { rawBody, headers } = event('customer.created', {});
    const other = signatureOf(rawBody, { secret: 'whsec_other', at: now }).split(',')[1];

    const header = `${headers['stripe-signature']},${other},v0=00`;

    expect(await faultOf({ rawBody, headers: { 'stripe-signature': header } })).toBeNull();
  });
});

describe('a webhook is not believed', () => {
  test('whatever single character of its body was changed', async () => {
    const { rawBody, headers } = event('payment_intent.succeeded', await paid('intent'));

    await fc.assert(
      fc.asyncProperty(
        fc.nat(rawBody.length - 1),
        fc.string({ minLength: 1, maxLength: 1, unit: 'grapheme-ascii' }),
        async (place, character) => {
          fc.pre(rawBody[place] !== character);
          const changed = rawBody.slice(0, place) + character + rawBody.slice(place + 1);
          expect(await faultOf({ rawBody: changed, headers })).toBe('mismatch');
        },
      ),
      { numRuns: 50 },
    );
  });

  test('for a time that was moved, doubled or spelt', async () => {
    const { rawBody, headers } = event('customer.created', {}, seconds(-3_600));
    const header = String(headers['stripe-signature']);
    const signature = header.split(',')[1];
    const t = Math.floor(now.getTime() / 1000);
    const faults = [];
    for (const changed of [
      header,
      `t=${t},${signature}`,
      `t=${t},${header}`,
      `${header},t=${t}`,
      `t=now,${signature}`,
      `t=${t}.5,${signature}`,
      `t=${t}`,
      '',
    ])
      faults.push(await faultOf({ rawBody, headers: { 'stripe-signature': changed } }));

    expect(faults).toEqual([
      ...['too_old', 'mismatch', 'missing', 'missing', 'missing', 'missing', 'mismatch', 'missing'],
    ]);
  });

  test('without a header, with two, or with a body that was parsed', async () => {
    const { rawBody, headers } = event('customer.created', {});
    const header = headers['stripe-signature'];

    expect(await faultOf({ rawBody, headers: {} })).toBe('missing');
    expect(await faultOf({ rawBody, headers: { 'stripe-signature': [header, header] } })).toBe(
      'missing',
    );
    expect(await faultOf({ rawBody: JSON.parse(rawBody), headers })).toBe('parsed');
  });

  test('when it is signed and yet no event', async () => {
    const faults = [];
    for (const rawBody of [
      'null',
      '[]',
      '{}',
      'not json',
      '{"object":"v2.core.event","id":"evt_1","type":"x","created":"2026-03-01T12:00:00Z"}',
      '{"object":"event","id":"evt_1","type":"x","created":"today","data":{"object":{}}}',
      '{"object":"event","id":"","type":"x","created":1,"data":{"object":{}}}',
      '{"object":"event","id":"evt_1","type":"invoice.paid","created":1,"data":{}}',
      '{"object":"event","id":"evt_1","type":"payment_intent.succeeded","created":1,"data":{"object":{"id":"pi_1"}}}',
    ])
      faults.push(
        await faultOf({
          ...{
            rawBody,
            headers: { 'stripe-signature': signatureOf(rawBody, { secret, at: now }) },
          },
        }),
      );

    expect(new Set(faults)).toEqual(new Set(['unreadable']));
  });
});

describe('an event tells', () => {
  test('a paid intent with what came in, and leaves what went back untold', async () => {
    const intent = await paid('intent');

    expect(await factOf('payment_intent.succeeded', intent)).toEqual({
      kind: 'payment',
      payment: {
        ...{ id: intent.id, state: 'succeeded', received: eur(1250), refunded: null },
        ...{ disputed: null, metadata, livemode: false },
      },
    });
  });

  test.each([
    ['payment_intent.payment_failed', 'requires_payment_method', 'needs_payment_method'],
    ['payment_intent.requires_action', 'requires_action', 'needs_action'],
    ['payment_intent.processing', 'processing', 'processing'],
    ['payment_intent.canceled', 'canceled', 'canceled'],
  ])('%s as it stands', async (type, status, state) => {
    expect(await factOf(type, await paid('intent', status))).toMatchObject({
      payment: { state, received: null, metadata },
    });
  });

  test('a session by its own id: paid, waiting for a bank, refused by it, or expired', async () => {
    const session = await paid('checkout', 'processing');
    const states = [
      await factOf('checkout.session.completed', session),
      await factOf('checkout.session.async_payment_failed', session),
      await factOf('checkout.session.async_payment_succeeded', {
        ...{ ...session, payment_status: 'paid' },
      }),
      await factOf('checkout.session.expired', { ...session, status: 'expired' }),
    ];

    expect(states).toMatchObject(
      [
        ['processing', null],
        ['needs_payment_method', null],
        ['succeeded', eur(1250)],
        ['canceled', null],
      ].map(([state, received]) => ({ payment: { id: session.id, state, received, metadata } })),
    );
  });

  test('nothing of a session that starts a subscription, and nothing of what it does not know', async () => {
    const session = { ...(await paid('checkout')), mode: 'subscription' };

    expect(await factOf('checkout.session.completed', session)).toBeNull();
    expect(await factOf('constructor', {})).toBeNull();
    expect(await factOf('charge.refunded', { payment_intent: null })).toBeNull();
  });

  test('nothing of an account that is connected to ours, which could name any order', async () => {
    const { rawBody } = event('payment_intent.succeeded', await paid('intent'));
    const connected = rawBody.replace('{', '{"account":"acct_1",');
    const signature = signatureOf(connected, { secret, at: now });

    const told = await read({ rawBody: connected, headers: { 'stripe-signature': signature } });

    expect(told).toMatchObject({ id: 'evt_1', type: 'payment_intent.succeeded', fact: null });
  });

  test('refunds: what went back in all, and each by itself', async () => {
    const intent = await paid('intent');
    await open().refund({ payment: intent.id, sum: eur(250), idempotencyKey: `${intent.id}-r` });
    const charge = intent.latest_charge as Stored;
    const refund = there.objects.refunds.at(-1) as Stored;

    expect(await factOf('charge.refunded', charge)).toMatchObject({
      payment: { id: intent.id, state: 'succeeded', received: eur(1250), refunded: eur(250) },
    });
    const states = [];
    for (const status of ['succeeded', 'pending', 'requires_action', 'failed', 'canceled'])
      states.push(await factOf('refund.updated', { ...refund, status }));
    expect(states).toEqual(
      ['succeeded', 'pending', 'pending', 'failed', 'failed'].map((state) => ({
        ...{ kind: 'refund', payment: intent.id },
        refund: { id: refund.id, state, sum: eur(250) },
      })),
    );
  });

  test.each([
    ['warning_needs_response', 'inquiry'],
    ['warning_closed', 'won'],
    ['needs_response', 'open'],
    ['under_review', 'open'],
    ['won', 'won'],
    ['lost', 'lost'],
  ])('a dispute that is %s as %s', async (status, state) => {
    const dispute = {
      ...{ id: 'dp_1', status, amount: 1250, currency: 'eur', reason: 'fraudulent' },
      ...{ payment_intent: 'pi_1', charge: 'ch_1' },
    };

    expect(await factOf('charge.dispute.updated', dispute)).toEqual({
      ...{ kind: 'dispute', payment: 'pi_1', dispute: 'dp_1', state },
      ...{ sum: eur(1250), reason: 'fraudulent' },
    });
  });
});

describe('an invoice of a subscription tells', () => {
  const period = (start: string, end: string) => ({
    period: { start: Date.parse(start) / 1000, end: Date.parse(end) / 1000 },
  });
  const invoice = {
    ...{ id: 'in_1', object: 'invoice', currency: 'eur', customer: 'cus_1' },
    ...{ amount_paid: 900, amount_remaining: 0, next_payment_attempt: null },
    ...{ period_start: 1, period_end: 2 },
  };
  const told = {
    ...{ kind: 'invoice', invoice: 'in_1', subscription: 'sub_9', externalCustomer: 'cus_1' },
    ...{ state: 'paid', sum: eur(900), nextAttemptAt: null, metadata },
    periodStartsAt: new Date('2026-03-01T00:00:00Z'),
    periodEndsAt: new Date('2026-04-01T00:00:00Z'),
  };
  const subscription_details = { subscription: 'sub_9', metadata };

  test('the period that its line is for, prorations aside, in the API of today', async () => {
    const proration = { subscription_item_details: { proration: true } };
    const data = [
      { ...period('2026-02-10T00:00:00Z', '2027-02-10T00:00:00Z'), parent: proration },
      period('2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z'),
    ];

    const parent = { type: 'subscription_details', subscription_details };

    expect(await factOf('invoice.paid', { ...invoice, parent, lines: { data } })).toEqual(told);
  });

  test('the same in the API before March 2025', async () => {
    const data = [
      { ...period('2026-02-10T00:00:00Z', '2027-02-10T00:00:00Z'), proration: true },
      period('2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z'),
    ];
    const before = { subscription: 'sub_9', subscription_details: { metadata } };

    expect(await factOf('invoice.paid', { ...invoice, ...before, lines: { data } })).toEqual(told);
  });

  test('what is due and when Stripe tries again, if it could not be charged', async () => {
    const data = [period('2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z')];
    const failed = { amount_paid: 0, amount_remaining: 900, next_payment_attempt: 1_772_600_000 };

    const fact = await factOf('invoice.payment_failed', {
      ...{ ...invoice, ...failed, parent: { subscription_details }, lines: { data } },
    });

    const nextAttemptAt = new Date(1_772_600_000_000);
    expect(fact).toEqual({ ...told, state: 'failed', nextAttemptAt });
  });

  test('nothing if it is of no subscription', async () => {
    expect(await factOf('invoice.paid', { ...invoice, parent: null })).toBeNull();
  });
});

test('late, doubled and out of order, each event tells the same as in time', async () => {
  const intent = await paid('intent', 'processing');
  const first = event('payment_intent.processing', intent, seconds(-200));
  there.objects.pay(intent.id);
  const second = event('payment_intent.succeeded', intent, seconds(-100));
  const inTime = [await read(first), await read(second)];

  const late = [await read(second), await read(first), await read(second)];

  expect(late).toEqual([inTime[1], inTime[0], inTime[1]]);
  expect(inTime.map(({ at }) => at)).toEqual([seconds(-200), seconds(-100)]);
  expect((await open().fetchPayment(intent.id)).state).toBe('succeeded');
});
