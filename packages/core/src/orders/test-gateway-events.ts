/** What the test gateway sends as webhooks: an event as signed JSON, and back. */
import { newId } from '../kernel/index.ts';
import type { GatewayEvent, GatewayFact, IncomingWebhook } from './gateway.ts';
import { type WebhookFault, WebhookSignatureError } from './gateway-errors.ts';
import { faultOfSignature, signBody } from './signature.ts';

const headerName = 'bursar-signature';

export type WrittenWebhook = Omit<IncomingWebhook, 'now'> & { readonly rawBody: string };

/** The event that tells `fact`, signed at `at`. */
export function writeWebhook(
  fact: GatewayFact | null,
  { secret, at, id = newId('tev') }: { secret: string; at: Date; id?: string | undefined },
): WrittenWebhook {
  const type = fact === null ? 'nothing.told' : `${fact.kind}.${stateOf(fact)}`;
  const rawBody = JSON.stringify({ id, type, at, livemode: false, fact });
  return { rawBody, headers: { [headerName]: signBody(rawBody, { secret, at }) } };
}

/**
 * What a webhook of the test gateway tells.
 * @throws {WebhookSignatureError} It is not to be believed.
 */
export function readWebhook(
  { rawBody, headers, now }: IncomingWebhook,
  known: { gateway: string; secrets: readonly string[]; toleranceSeconds: number },
): GatewayEvent {
  const refuse = (fault: WebhookFault) => new WebhookSignatureError(known.gateway, fault);
  if (typeof rawBody !== 'string' && !(rawBody instanceof Uint8Array)) throw refuse('parsed');
  const body = typeof rawBody === 'string' ? rawBody : Buffer.from(rawBody).toString('utf8');
  const [, header] =
    Object.entries(headers).find(([key]) => key.toLowerCase() === headerName) ?? [];
  const fault = faultOfSignature(body, { header, now, ...known });
  if (fault) throw refuse(fault);
  try {
    return revived(JSON.parse(body));
  } catch {
    throw refuse('unreadable');
  }
}

/** Instants are text in JSON. Nobody else could have signed it, so the shape is what `writeWebhook` made. */
function revived(event: GatewayEvent): GatewayEvent {
  const { fact } = event;
  const at = new Date(event.at);
  if (typeof event.id !== 'string' || Number.isNaN(at.getTime())) throw new TypeError('no event');
  if (fact?.kind !== 'invoice') return { ...event, at };
  const { periodStartsAt, periodEndsAt, nextAttemptAt } = fact;
  return {
    ...event,
    at,
    fact: {
      ...fact,
      periodStartsAt: new Date(periodStartsAt),
      periodEndsAt: new Date(periodEndsAt),
      nextAttemptAt: nextAttemptAt && new Date(nextAttemptAt),
    },
  };
}

function stateOf(fact: GatewayFact): string {
  if (fact.kind === 'payment') return fact.payment.state;
  return fact.kind === 'refund' ? fact.refund.state : fact.state;
}
