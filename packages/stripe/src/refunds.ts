/**
 * Sending money back, once per key for good.
 *
 * Stripe forgets an idempotency key after a day; a refund whose outcome stayed unknown may be asked again after a week. So
 * the key stands on the refund itself, and is looked for before another is made.
 */
import { GatewayDuplicateError, type GatewayRefund, type RefundPayment } from '@bursar/core';
import { ask, type Line } from './ask.ts';
import { toStripe } from './currencies.ts';
import { isSession, refuse } from './payments.ts';
import { readRefund } from './read-payment.ts';
import { listed, metadataOf, part, type Told, text } from './told.ts';

const keyName = 'bursar_key';

/**
 * @throws {GatewayDuplicateError} The key has sent another sum back; that stands.
 * @throws {GatewayValidationError} Nothing was paid, or in another currency.
 */
export async function refundOnce(line: Line, input: RefundPayment): Promise<GatewayRefund> {
  const { amount, currency } = toStripe(input.sum);
  const intent = await findIntent(line, input.payment);
  // Stripe takes an amount without a currency, so it would send 500 yen back for five euros.
  if (intent.currency !== currency) throw refuse('the payment is in another currency', 'sum');
  const earlier = await findRefund(line, intent.id, input.idempotencyKey);
  if (earlier?.sum.amount === amount) return earlier;
  if (earlier) throw new GatewayDuplicateError({ gateway: 'stripe', outcome: 'not_done' });
  const { idempotencyKey } = input;
  const params = { payment_intent: intent.id, amount, metadata: { [keyName]: idempotencyKey } };
  return ask(line, {
    changes: true,
    call: (client) => client.refunds.create(params, { idempotencyKey }),
    read: readRefund,
  });
}

type Intent = { readonly id: string; readonly currency: string };

async function findIntent(line: Line, payment: string): Promise<Intent> {
  const read = (intent: Told): Intent => ({
    id: text(intent, 'id'),
    currency: text(intent, 'currency'),
  });
  if (!isSession(payment))
    return ask(line, {
      changes: false,
      call: (client) => client.paymentIntents.retrieve(payment),
      read,
    });
  const found = await ask(line, {
    changes: false,
    call: (client) => client.checkout.sessions.retrieve(payment, { expand: ['payment_intent'] }),
    read(session) {
      const intent = part(session, 'payment_intent');
      return intent && read(intent);
    },
  });
  if (!found) throw refuse('nothing was paid', 'payment');
  return found;
}

/** A payment has few refunds; the library turns the pages. */
function findRefund(line: Line, intent: string, key: string): Promise<GatewayRefund | null> {
  return ask(line, {
    changes: false,
    async call(client) {
      const refunds = client.refunds.list({ payment_intent: intent, limit: 100 });
      return { data: await refunds.autoPagingToArray({ limit: 10_000 }) };
    },
    read(answer) {
      const found = listed(answer).find((refund) => metadataOf(refund)[keyName] === key);
      return found ? readRefund(found) : null;
    },
  });
}
