/**
 * What `stripe` takes, checked before anything is sent: a secret that is missing must stop the process that starts, not
 * the first customer who pays.
 */
import { ConfigurationError } from '@bursar/core';

export type StripeOptions = {
  /** `sk_…`, or a restricted key `rk_…` that may write Checkout Sessions, PaymentIntents and Refunds. */
  readonly secretKey: string;
  /** `whsec_…` of the endpoint; several while one takes over from the other. */
  readonly webhookSecret: string | readonly string[];
  /** Of Stripe's API. Default: the version that the library was made for. */
  readonly apiVersion?: string | undefined;
  /** Another address than Stripe's own, for a stand-in. Default `https://api.stripe.com`. */
  readonly apiBase?: string | undefined;
  /** How long Stripe may be silent, per attempt of three, from 100 to 80,000. Default 10,000. */
  readonly timeoutMilliseconds?: number | undefined;
  /** How old a webhook may be, or how far ahead, from 1 to 3,600. Default 300. */
  readonly toleranceSeconds?: number | undefined;
};

export type ReadOptions = {
  readonly secretKey: string;
  readonly webhookSecrets: readonly string[];
  readonly apiVersion: string | undefined;
  readonly apiBase: URL;
  readonly timeoutMilliseconds: number;
  readonly toleranceSeconds: number;
};

// A type that must name every key, so that none can be forgotten here.
const known: Readonly<Record<keyof StripeOptions, true>> = {
  secretKey: true,
  webhookSecret: true,
  apiVersion: true,
  apiBase: true,
  timeoutMilliseconds: true,
  toleranceSeconds: true,
};

/** @throws {ConfigurationError} A secret is missing or empty, a key is unknown, or a value cannot work. */
export function readOptions(options: StripeOptions): ReadOptions {
  for (const key of Object.keys(options ?? {}))
    if (!Object.hasOwn(known, key)) throw wrong(`${key} is not known: leave it out`);
  const { secretKey, webhookSecret, apiVersion } = options ?? {};
  const webhookSecrets = [webhookSecret].flat().map((one) => readSecret(one, 'webhookSecret'));
  if (webhookSecrets.length === 0) throw wrong('webhookSecret is empty');
  if (/^pk_/.test(readSecret(secretKey, 'secretKey')))
    throw wrong('secretKey is a publishable key (pk_…): give the secret one');
  return {
    ...{ secretKey, webhookSecrets, apiVersion },
    apiBase: readBase(options.apiBase ?? 'https://api.stripe.com', secretKey),
    timeoutMilliseconds: readWhole(options, 'timeoutMilliseconds', 10_000, [100, 80_000]),
    toleranceSeconds: readWhole(options, 'toleranceSeconds', 300, [1, 3_600]),
  };
}

function readSecret(value: unknown, name: string): string {
  if (typeof value === 'string' && /^\S+$/.test(value)) return value;
  throw wrong(`${name} is missing, empty or has a space in it; is the environment variable set?`);
}

/** The library takes a host, a port and a protocol, no path. A key that moves money goes over TLS only. */
function readBase(base: string, secretKey: string): URL {
  const url = URL.canParse(base) ? new URL(base) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.username)
    throw wrong('apiBase is no address like https://api.stripe.com, without a path');
  if (url.protocol === 'http:' && /^(sk|rk)_live_/.test(secretKey))
    throw wrong('apiBase is http: a live key is sent over https only');
  return url;
}

function readWhole(
  options: StripeOptions,
  name: 'timeoutMilliseconds' | 'toleranceSeconds',
  standard: number,
  [least, most]: readonly [number, number],
): number {
  const value = options[name] ?? standard;
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw wrong(`${name} must be a whole number from ${least} to ${most}`);
}

/** What was given is never repeated: it may be a secret. */
function wrong(sentence: string): ConfigurationError {
  return new ConfigurationError(`stripe: ${sentence}.`);
}
