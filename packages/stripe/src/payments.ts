/** Opening a payment at Stripe, and asking what became of it. */
import {
  type CreatedPayment,
  type CreatePayment,
  type GatewayPayment,
  GatewayValidationError,
} from '@bursar/core';
import type Stripe from 'stripe';
import { ask, type Line } from './ask.ts';
import { toStripe } from './currencies.ts';
import { readIntent, readSession } from './read-payment.ts';
import { flag, text } from './told.ts';

/** Checkout Sessions show their kind in their id; everything else is a PaymentIntent. */
export const isSession = (id: string): boolean => id.startsWith('cs_');

/** A PaymentIntent, to be confirmed in the host's own page with its client secret. */
export function createIntent(line: Line, input: CreatePayment): Promise<CreatedPayment> {
  const params = {
    ...toStripe(input.sum),
    automatic_payment_methods: { enabled: true },
    description: input.description,
    metadata: { ...input.metadata },
    ...(input.externalCustomer === undefined ? {} : { customer: input.externalCustomer }),
  };
  const { idempotencyKey } = input;
  return ask(line, {
    changes: true,
    call: (client) => client.paymentIntents.create(params, { idempotencyKey }),
    read: (intent) => ({
      id: text(intent, 'id'),
      checkout: { kind: 'client_secret', clientSecret: text(intent, 'client_secret') },
      livemode: flag(intent, 'livemode'),
    }),
  });
}

/**
 * A page of Stripe's on which the order is paid, in the order's own currency.
 * @throws {GatewayValidationError} There is no address to come back to.
 */
export async function createSession(line: Line, input: CreatePayment): Promise<CreatedPayment> {
  const { returnUrl, cancelUrl, description, metadata, externalCustomer } = input;
  const { amount, currency } = toStripe(input.sum);
  if (!returnUrl) throw refuse('a checkout needs an address to return to', 'returnUrl');
  const price_data = { currency, unit_amount: amount, product_data: { name: description } };
  const params: Stripe.Checkout.SessionCreateParams = {
    mode: 'payment',
    line_items: [{ quantity: 1, price_data }],
    // Else the payer could be shown, and pay, a converted sum.
    adaptive_pricing: { enabled: false },
    success_url: returnUrl,
    ...(cancelUrl ? { cancel_url: cancelUrl } : {}),
    ...(externalCustomer === undefined ? {} : { customer: externalCustomer }),
    metadata: { ...metadata },
    // Refunds and disputes name the intent only.
    payment_intent_data: { description, metadata: { ...metadata } },
  };
  const { idempotencyKey } = input;
  return ask(line, {
    changes: true,
    call: (client) => client.checkout.sessions.create(params, { idempotencyKey }),
    read: (session) => ({
      id: text(session, 'id'),
      checkout: { kind: 'redirect', url: text(session, 'url') },
      livemode: flag(session, 'livemode'),
    }),
  });
}

/** What became of a payment, with what went back of it. */
export function fetchPayment(line: Line, id: string): Promise<GatewayPayment> {
  if (isSession(id)) {
    const expand = ['payment_intent.latest_charge'];
    return ask(line, {
      changes: false,
      call: (client) => client.checkout.sessions.retrieve(id, { expand }),
      read: readSession,
    });
  }
  return ask(line, {
    changes: false,
    call: (client) => client.paymentIntents.retrieve(id, { expand: ['latest_charge'] }),
    read: readIntent,
  });
}

/** What Stripe need not be asked to know that it would refuse. */
export function refuse(reason: string, field: string): GatewayValidationError {
  return new GatewayValidationError({ gateway: 'stripe', outcome: 'not_done', reason, field });
}
