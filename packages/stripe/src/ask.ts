/**
 * One question to Stripe: the library asks, up to three times under the same key; here its failures become the kit's.
 *
 * Whether something may have been done is told by all attempts, not by the last: a connection lost after the payment was
 * made and refused when asked again must not be taken for "nothing happened". So the attempts are written down as they go.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  GatewayAuthorizationError,
  GatewayDuplicateError,
  type GatewayError,
  type GatewayFailure,
  type GatewayOutcome,
  GatewayUnavailableError,
  GatewayValidationError,
} from '@bursar/core';
import Stripe from 'stripe';
import { object, type Told } from './told.ts';

/** The status that was answered; `not_sent` when no connection came about, `lost` when it broke or stayed silent. */
type Attempt = number | 'not_sent' | 'lost';

const attemptsOf = new AsyncLocalStorage<Attempt[]>();

type HttpClient = NonNullable<NonNullable<ConstructorParameters<typeof Stripe>[1]>['httpClient']>;

/** The library's own client, which writes down what became of each attempt; one under way counts as lost. */
export function recordingClient(): HttpClient {
  const client = Stripe.createNodeHttpClient();
  return {
    getClientName: () => client.getClientName(),
    async makeRequest(...request) {
      const attempts = attemptsOf.getStore() ?? [];
      const place = attempts.push('lost') - 1;
      try {
        const response = await client.makeRequest(...request);
        attempts[place] = response.getStatusCode();
        return response;
      } catch (error) {
        if (isNotSent(error)) attempts[place] = 'not_sent';
        throw error;
      }
    },
  };
}

export type Line = {
  readonly client: Stripe;
  /** How long all attempts together may take. The library only sees silence; an answer may also come too slowly. */
  readonly patienceMilliseconds: number;
};

type Question<T> = {
  /** False for one that changes nothing: its failure never leaves anything unknown. */
  readonly changes: boolean;
  readonly call: (client: Stripe) => Promise<unknown>;
  /** Throws a `TypeError` for an answer that cannot be what was asked for. */
  readonly read: (answer: Told) => T;
};

/**
 * The answer, as it was read.
 * @throws {GatewayError} There is none, a refusal, or one that cannot be read.
 */
export async function ask<T>(line: Line, { changes, call, read }: Question<T>): Promise<T> {
  const attempts: Attempt[] = [];
  const outcome = () => (changes && !attempts.every(isHarmless) ? 'unknown' : 'not_done');
  let answer: unknown;
  try {
    answer = await soon(
      attemptsOf.run(attempts, () => call(line.client)),
      line.patienceMilliseconds,
    );
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeError)) throw error;
    throw translate(error, outcome());
  }
  // Whoever lost patience does not know what the library still does.
  if (answer === tooLate) throw lost(changes ? 'unknown' : 'not_done');
  try {
    return read(object(answer));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw lost(outcome());
  }
}

const tooLate = Symbol('too late');

async function soon(answer: Promise<unknown>, milliseconds: number): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve(tooLate), milliseconds);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

function lost(outcome: GatewayOutcome): GatewayUnavailableError {
  return new GatewayUnavailableError({ gateway: 'stripe', outcome });
}

/** Said no, or was never asked. A conflict (409) is another attempt under the same key; 408 comes from a proxy. */
function isHarmless(attempt: Attempt): boolean {
  if (typeof attempt === 'string') return attempt === 'not_sent';
  return attempt >= 400 && attempt < 500 && attempt !== 408 && attempt !== 409;
}

function isNotSent(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH'].includes(String(code));
}

/** Stripe's message and the raw answer are left behind: they repeat what was sent. */
function translate(
  error: InstanceType<typeof Stripe.errors.StripeError>,
  outcome: GatewayOutcome,
): GatewayError {
  const { statusCode: status = 0, code: reason, param: field, requestId } = error;
  const failure: GatewayFailure = { gateway: 'stripe', outcome, reason, field, requestId };
  if (status === 401 || status === 403) return new GatewayAuthorizationError(failure);
  const isRepeated =
    error.type === 'StripeIdempotencyError' || reason === 'charge_already_refunded';
  if (isRepeated || status === 409) return new GatewayDuplicateError(failure);
  const isRefused = status >= 400 && status < 500 && status !== 408 && status !== 429;
  return isRefused ? new GatewayValidationError(failure) : new GatewayUnavailableError(failure);
}
