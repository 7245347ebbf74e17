/**
 * The gateway: Stripe's own library behind the kit's four verbs.
 *
 * It writes no log and keeps nothing but the secrets it was given; no error repeats what was sent or answered.
 */
import type { Gateway } from '@bursar/core';
import Stripe from 'stripe';
import { recordingClient } from './ask.ts';
import { readOptions, type StripeOptions } from './options.ts';
import { createIntent, createSession, fetchPayment } from './payments.ts';
import { refundOnce } from './refunds.ts';
import { readWebhook } from './webhooks.ts';

/**
 * Two more attempts after the first, half a second to two apart, each under the same key. With ten seconds of silence
 * allowed to each, a payer waits for half a minute at worst; the library's own 80 seconds would outlast most proxies.
 */
const maxNetworkRetries = 2;

/** Beyond the silence of all attempts, for the pauses between them and for answers that trickle. */
const slackMilliseconds = 5_000;

/**
 * A gateway to Stripe. Nothing is sent before the first payment.
 * @throws {ConfigurationError} A secret is missing or empty, or an option cannot work.
 */
export function stripe(options: StripeOptions): Gateway {
  const read = readOptions(options);
  const { apiBase, apiVersion, secretKey, timeoutMilliseconds } = read;
  const client = new Stripe(secretKey, {
    host: apiBase.hostname,
    port: apiBase.port || (apiBase.protocol === 'http:' ? 80 : 443),
    protocol: apiBase.protocol === 'http:' ? 'http' : 'https',
    timeout: timeoutMilliseconds,
    maxNetworkRetries,
    httpClient: recordingClient(),
    telemetry: false,
    // The library's types know its own version only; every answer is read field by field.
    ...(apiVersion === undefined ? {} : { apiVersion: apiVersion as never }),
  });
  const patienceMilliseconds = (maxNetworkRetries + 1) * timeoutMilliseconds + slackMilliseconds;
  const line = { client, patienceMilliseconds };
  return {
    name: 'stripe',
    createPayment: async (input) =>
      input.kind === 'checkout' ? createSession(line, input) : createIntent(line, input),
    fetchPayment: (id) => fetchPayment(line, id),
    refund: (input) => refundOnce(line, input),
    parseWebhook: (input) => readWebhook(client, read, input),
  };
}
