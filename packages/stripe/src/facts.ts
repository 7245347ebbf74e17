/** What Stripe's events tell the kit, by their type; of all others it needs to know nothing. */
import type { DisputeFact, GatewayFact, GatewayPayment } from '@bursar/core';
import { readInvoice } from './invoices.ts';
import { readChargedPayment, readIntent, readRefund, readSession } from './read-payment.ts';
import { idOf, sumOf, type Told, text } from './told.ts';

type Read = (told: Told) => GatewayFact | null;

const payment = (read: (told: Told) => GatewayPayment | null): Read => {
  return (told) => {
    const found = read(told);
    return found && { kind: 'payment', payment: found };
  };
};

const intent = payment(readIntent);
// Sessions that start a subscription or keep a card are paid by invoices, or not at all.
const session = payment((told) => (told.mode === 'payment' ? readSession(told) : null));
// The session itself looks like one whose bank still takes its days.
const failedSession = payment((told) =>
  told.mode === 'payment' ? { ...readSession(told), state: 'needs_payment_method' } : null,
);

const reads: Readonly<Record<string, Read>> = {
  'payment_intent.succeeded': intent,
  'payment_intent.processing': intent,
  'payment_intent.payment_failed': intent,
  'payment_intent.requires_action': intent,
  'payment_intent.amount_capturable_updated': intent,
  'payment_intent.canceled': intent,
  'checkout.session.completed': session,
  'checkout.session.async_payment_succeeded': session,
  'checkout.session.async_payment_failed': failedSession,
  'checkout.session.expired': session,
  'charge.refunded': payment(readChargedPayment),
  'refund.created': refund,
  'refund.updated': refund,
  'refund.failed': refund,
  'charge.dispute.created': dispute,
  'charge.dispute.updated': dispute,
  'charge.dispute.closed': dispute,
  'charge.dispute.funds_withdrawn': dispute,
  'charge.dispute.funds_reinstated': dispute,
  'invoice.paid': (told) => readInvoice(told, 'paid'),
  'invoice.payment_failed': (told) => readInvoice(told, 'failed'),
};

/**
 * @returns `null` for a type that the kit does not act on, and for an object that is none of ours.
 * @throws {TypeError} The object is not what its type says.
 */
export function factOf(type: string, told: Told): GatewayFact | null {
  const read = Object.hasOwn(reads, type) ? reads[type] : undefined;
  return read ? read(told) : null;
}

function refund(told: Told): GatewayFact | null {
  const id = idOf(told.payment_intent);
  return id === null ? null : { kind: 'refund', payment: id, refund: readRefund(told) };
}

/** What begins with `warning_` has taken no money yet; what was prevented or closed early never will. */
const stateOfDispute: Readonly<Record<string, DisputeFact['state']>> = {
  warning_needs_response: 'inquiry',
  warning_under_review: 'inquiry',
  warning_closed: 'won',
  prevented: 'won',
  won: 'won',
  lost: 'lost',
};

function dispute(told: Told): GatewayFact | null {
  const id = idOf(told.payment_intent);
  if (id === null) return null;
  return {
    kind: 'dispute',
    payment: id,
    dispute: text(told, 'id'),
    state: stateOfDispute[text(told, 'status')] ?? 'open',
    sum: sumOf(told, 'amount'),
    reason: text(told, 'reason'),
  };
}
