/**
 * What the stand-in keeps: intents, sessions and refunds in the shape of Stripe's API, and its rules about sums. The rules
 * are written down here from Stripe's documentation once more, not taken from the adapter that is tested against them.
 */
import { randomUUID } from 'node:crypto';
import { at, type Form, texts } from './stripe-form.ts';

export type Stored = { [key: string]: unknown; id: string };

/** A refusal as Stripe words it. */
export class StripeRefusal extends Error {
  readonly status: number;
  readonly body: object;
  constructor(status: number, error: { type: string; code?: string; param?: string }) {
    super(error.code ?? error.type);
    this.status = status;
    this.body = { error: { ...error, message: 'Refused: bearer-of-details@example.com' } };
  }
}

const whole = 'bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' ');
const steps: Record<string, number> = { isk: 100, ugx: 100 };
for (const key of ['bhd', 'jod', 'kwd', 'omr', 'tnd']) steps[key] = 10;

export class StripeObjects {
  readonly intents = new Map<string, Stored>();
  readonly sessions = new Map<string, Stored>();
  readonly refunds: Stored[] = [];

  createIntent(form: Form): Stored {
    const intent = {
      ...{ object: 'payment_intent', status: 'requires_payment_method', livemode: false },
      ...{ amount: amountOf(at(form, 'amount'), at(form, 'currency')), amount_received: 0 },
      ...{ currency: at(form, 'currency'), metadata: texts(form, 'metadata') },
      ...{ customer: at(form, 'customer') || null, latest_charge: null, last_payment_error: null },
      id: `pi_${randomUUID()}`,
    };
    const stored = { ...intent, client_secret: `${intent.id}_secret_${randomUUID()}` };
    this.intents.set(stored.id, stored);
    return stored;
  }

  createSession(form: Form): Stored {
    const price = (...path: string[]) => at(form, 'line_items', '0', 'price_data', ...path);
    if (!at(form, 'success_url')) throw invalid('parameter_missing', 'success_url');
    const id = `cs_test_${randomUUID()}`;
    const session = {
      ...{ id, object: 'checkout.session', mode: at(form, 'mode'), status: 'open' },
      ...{ payment_status: 'unpaid', livemode: false, currency: price('currency') },
      amount_total: amountOf(price('unit_amount'), price('currency')),
      ...{ payment_intent: null, metadata: texts(form, 'metadata') },
      ...{ url: `https://checkout.stripe.example/${id}`, success_url: at(form, 'success_url') },
      intent_metadata: texts(form, 'payment_intent_data', 'metadata'),
      adaptive_pricing: texts(form, 'adaptive_pricing'),
    };
    this.sessions.set(id, session);
    return session;
  }

  createRefund(form: Form): Stored {
    const intent = this.intent(at(form, 'payment_intent'));
    const charge = intent.latest_charge as Stored | null;
    if (!charge) throw invalid('payment_intent_unexpected_state', 'payment_intent');
    const left = Number(charge.amount) - Number(charge.amount_refunded);
    const amount = amountOf(at(form, 'amount'), String(intent.currency));
    if (left === 0) throw invalid('charge_already_refunded');
    if (amount > left) throw invalid('amount_too_large', 'amount');
    charge.amount_refunded = Number(charge.amount_refunded) + amount;
    const refund = {
      ...{ id: `re_${randomUUID()}`, object: 'refund', amount, currency: intent.currency },
      ...{ payment_intent: intent.id, status: 'succeeded', metadata: texts(form, 'metadata') },
    };
    this.refunds.push(refund);
    return refund;
  }

  /** What a payer does, whether on the session's page or in the host's own. */
  pay(id: string, status = 'succeeded'): Stored {
    const session = this.sessions.get(id);
    const intent = session ? this.intentOf(session) : this.intent(id);
    const isPaid = status === 'succeeded';
    Object.assign(intent, { status, amount_received: isPaid ? intent.amount : 0 });
    if (status === 'requires_payment_method') intent.last_payment_error = { code: 'card_declined' };
    if (isPaid) {
      intent.latest_charge = {
        ...{ id: `ch_${randomUUID()}`, object: 'charge', status, captured: true, disputed: false },
        ...{ amount: intent.amount, amount_captured: intent.amount, amount_refunded: 0 },
        ...{ currency: intent.currency, metadata: intent.metadata, livemode: false },
        payment_intent: intent.id,
      };
    }
    if (session && (isPaid || status === 'processing'))
      Object.assign(session, { status: 'complete', payment_status: isPaid ? 'paid' : 'unpaid' });
    return session ?? intent;
  }

  intent(id: string): Stored {
    return this.intents.get(id) ?? missing('payment_intent');
  }

  session(id: string): Stored {
    return this.sessions.get(id) ?? missing('checkout.session');
  }

  /** As a webhook or an answer without `expand` gives it: others by their ids. */
  flat({ intent_metadata, ...stored }: Stored): Stored {
    const ids = Object.entries(stored).map(([key, value]) => {
      const isOther = key === 'latest_charge' || key === 'payment_intent';
      return [key, isOther ? ((value as Stored | null)?.id ?? value) : value];
    });
    return Object.fromEntries(ids) as Stored;
  }

  expanded(session: Stored): Stored {
    const { payment_intent, intent_metadata, ...rest } = session;
    return { ...rest, payment_intent: payment_intent ? this.intent(String(payment_intent)) : null };
  }

  /** The intent of a session comes into being when somebody tries to pay. */
  private intentOf(session: Stored): Stored {
    if (session.payment_intent) return this.intent(String(session.payment_intent));
    const form = { amount: String(session.amount_total), currency: String(session.currency) };
    const intent = this.createIntent({ ...form, metadata: session.intent_metadata as Form });
    session.payment_intent = intent.id;
    return intent;
  }
}

function amountOf(text: string, currency: string): number {
  const amount = Number(text);
  const isAmount = /^[1-9]\d*$/.test(text) && Number.isSafeInteger(amount);
  const step = whole.includes(currency) ? 1 : (steps[currency] ?? 1);
  if (isAmount && amount % step === 0 && /^[a-z]{3}$/.test(currency)) return amount;
  throw invalid('parameter_invalid_integer', 'amount');
}

function invalid(code: string, param?: string): StripeRefusal {
  return new StripeRefusal(400, {
    ...{ type: 'invalid_request_error', code },
    ...(param ? { param } : {}),
  });
}

function missing(param: string): never {
  const error = { type: 'invalid_request_error', code: 'resource_missing', param };
  throw new StripeRefusal(404, error);
}
