/** Stripe's three views of a payment (PaymentIntent, Checkout Session, Charge) as the kit's one. */
import type { GatewayPayment, PaymentState } from '@bursar/core';
import { fromStripe } from './currencies.ts';
import { flag, idOf, metadataOf, part, sumOf, type Told, text, whole } from './told.ts';

const stateOfStatus: Readonly<Record<string, PaymentState>> = {
  succeeded: 'succeeded',
  processing: 'processing',
  requires_payment_method: 'needs_payment_method',
  requires_action: 'needs_action',
  requires_capture: 'needs_capture',
  canceled: 'canceled',
};

/** @param intent With its latest charge, unless it comes in a webhook: what went back is not told there. */
export function readIntent(intent: Told): GatewayPayment {
  const received = sumOf(intent, 'amount_received');
  return {
    id: text(intent, 'id'),
    state: stateOfStatus[text(intent, 'status')] ?? 'unknown',
    received: received.amount > 0 ? received : null,
    ...readCharge(intent),
    metadata: metadataOf(intent),
    livemode: flag(intent, 'livemode'),
  };
}

/** @param session With its intent and that one's charge, unless it comes in a webhook. */
export function readSession(session: Told): GatewayPayment {
  const intent = part(session, 'payment_intent');
  const total = sumOf(session, 'amount_total');
  const state = stateOfSession(session, intent);
  return {
    id: text(session, 'id'),
    state,
    received: intent ? readIntent(intent).received : state === 'succeeded' ? total : null,
    ...(intent || !idOf(session.payment_intent)
      ? readCharge(intent ?? session)
      : { refunded: null, disputed: null }),
    metadata: metadataOf(session),
    livemode: flag(session, 'livemode'),
  };
}

/** @returns `null` for a charge without an intent, which is none of ours. */
export function readChargedPayment(charge: Told): GatewayPayment | null {
  const id = idOf(charge.payment_intent);
  if (id === null) return null;
  const isPaid = text(charge, 'status') === 'succeeded';
  const captured = sumOf(charge, 'amount_captured');
  return {
    id,
    state: !isPaid ? 'unknown' : flag(charge, 'captured') ? 'succeeded' : 'needs_capture',
    received: captured.amount > 0 ? captured : null,
    refunded: sumOf(charge, 'amount_refunded'),
    disputed: flag(charge, 'disputed'),
    metadata: metadataOf(charge),
    livemode: flag(charge, 'livemode'),
  };
}

function readCharge(intent: Told): Pick<GatewayPayment, 'refunded' | 'disputed'> {
  const charge = part(intent, 'latest_charge');
  if (charge)
    return { refunded: sumOf(charge, 'amount_refunded'), disputed: flag(charge, 'disputed') };
  if (idOf(intent.latest_charge)) return { refunded: null, disputed: null };
  return { refunded: fromStripe(0, text(intent, 'currency')), disputed: false };
}

function stateOfSession(session: Told, intent: Told | null): PaymentState {
  const status = text(session, 'status');
  // Unpaid stays "unpaid" while a bank takes its days; then the intent knows more.
  if (text(session, 'payment_status') !== 'unpaid') return 'succeeded';
  if (status === 'expired') return 'canceled';
  if (intent && (status === 'complete' || part(intent, 'last_payment_error')))
    return readIntent(intent).state;
  return status === 'complete' ? 'processing' : status === 'open' ? 'open' : 'unknown';
}

/** A refund as the kit's; one that waits for the payer is pending. */
export function readRefund(refund: Told) {
  const status = text(refund, 'status');
  const isOver = status === 'failed' || status === 'canceled';
  return {
    id: text(refund, 'id'),
    state: status === 'succeeded' ? status : isOver ? 'failed' : 'pending',
    sum: fromStripe(whole(refund, 'amount'), text(refund, 'currency')),
  } as const;
}
