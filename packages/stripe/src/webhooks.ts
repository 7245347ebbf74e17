/**
 * Webhooks of Stripe's: believed for the signature over their bytes, which the library checks, and for their age, which is
 * checked here, since the library lets the future pass.
 */
import {
  type GatewayEvent,
  type IncomingWebhook,
  type WebhookFault,
  WebhookSignatureError,
} from '@bursar/core';
import type Stripe from 'stripe';
import { factOf } from './facts.ts';
import type { ReadOptions } from './options.ts';
import { flag, instant, object, part, text } from './told.ts';

/**
 * What a webhook tells.
 * @throws {WebhookSignatureError} No secret of ours signed it as it is, its time is too far from `now`, or it is no event.
 */
export function readWebhook(
  client: Stripe,
  { webhookSecrets, toleranceSeconds }: ReadOptions,
  { rawBody, headers, now }: IncomingWebhook,
): GatewayEvent {
  if (typeof rawBody !== 'string' && !(rawBody instanceof Uint8Array)) throw refuse('parsed');
  const header = signatureIn(headers);
  const signedAt = secondsIn(header);
  const { signature } = client.webhooks;
  const isOurs = webhookSecrets.some((secret) => isSigned(signature, { rawBody, header, secret }));
  if (!isOurs) throw refuse('mismatch');
  const age = Math.floor(now.getTime() / 1000) - signedAt;
  if (age > toleranceSeconds) throw refuse('too_old');
  if (-age > toleranceSeconds) throw refuse('too_new');
  try {
    return readEvent(typeof rawBody === 'string' ? rawBody : new TextDecoder().decode(rawBody));
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) throw refuse('unreadable');
    throw error;
  }
}

type Signature = Stripe['webhooks']['signature'];
type Signed = { rawBody: string | Uint8Array; header: string; secret: string };

function isSigned(signature: Signature, { rawBody, header, secret }: Signed): boolean {
  try {
    // No tolerance: the age has its own answer.
    return signature?.verifyHeader(rawBody as string, header, secret, 0) ?? false;
  } catch {
    // The library's error carries body and header; neither may come into a log.
    return false;
  }
}

function signatureIn(headers: IncomingWebhook['headers']): string {
  const entry = Object.entries(headers).find(([key]) => key.toLowerCase() === 'stripe-signature');
  if (typeof entry?.[1] !== 'string') throw refuse('missing');
  return entry[1];
}

/** Exactly one: the library signs with the last of several, so an old webhook could be shown with a new time before its own. */
function secondsIn(header: string): number {
  const times = header.split(',').filter((item) => item.startsWith('t='));
  const [, digits] = /^t=(\d{1,12})$/.exec(times[0] ?? '') ?? [];
  if (times.length !== 1 || digits === undefined) throw refuse('missing');
  return Number(digits);
}

function readEvent(body: string): GatewayEvent {
  const event = object(JSON.parse(body));
  if (event.object !== 'event') throw new TypeError('not an event of the first API');
  const type = text(event, 'type');
  return {
    id: text(event, 'id'),
    type,
    at: instant(event, 'created'),
    livemode: flag(event, 'livemode'),
    // An account connected to ours says what it likes about its own payments; none of them is an order's.
    fact: event.account == null ? factOf(type, object(part(object(event.data), 'object'))) : null,
  };
}

function refuse(fault: WebhookFault): WebhookSignatureError {
  return new WebhookSignatureError('stripe', fault);
}
