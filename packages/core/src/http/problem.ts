/**
 * Errors as `application/problem+json` (RFC 9457). The one place that turns an error into a response.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc9457
 */
import { STATUS_CODES } from 'node:http';
import {
  type BursarError,
  type ErrorCode,
  isBursarError,
  statusOf,
  systemClock,
  withoutSecrets,
} from '../kernel/index.ts';
import { bodyError } from './errors.ts';
import type { Verdict } from './guard.ts';
import { rateLimitFields, retryAfter } from './rate-limit.ts';

export type Problem = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
};

/** Where the problem arose, and what the registration says of its status. */
export type ProblemPlace = {
  readonly instance?: string | undefined;
  readonly requestId?: string | undefined;
  readonly status?: number | undefined;
  readonly now?: Date | undefined;
};

/**
 * The response for any thrown value. What is not ours keeps its own 4xx status and message; everything else is a
 * 500 that tells nothing.
 */
export function toProblem(error: unknown, place: ProblemPlace = {}): Problem {
  const ours = isBursarError(error) ? error : bodyError(error);
  if (ours) return problemOf(refusedBy(ours), place);
  const { statusCode: said, status: alsoSaid, message } = (error ?? {}) as Record<string, unknown>;
  const statusCode = said ?? alsoSaid;
  const theirs = typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500;
  const status = theirs ? statusCode : 500;
  const title = STATUS_CODES[status] ?? 'Error';
  const detail = theirs
    ? withoutSecrets(String(message ?? title))
    : 'Something went wrong here; the request may be tried again.';
  return {
    status,
    headers: { 'content-type': 'application/problem+json' },
    body: {
      type: 'about:blank',
      title,
      status,
      detail,
      code: theirs ? 'request' : 'internal',
      ...placeOf(place),
    },
  };
}

/** A refusal in the kit's own words: an error of the kit, or a decision that says no. */
export type Refused = {
  readonly code: ErrorCode;
  readonly message: string;
  readonly errors?: unknown;
  readonly decision?: Verdict | undefined;
};

/** What an error of the kit says, with the decision it carries if any. */
export function refusedBy(error: BursarError): Refused {
  const { decision } = error as { decision?: Verdict };
  return { code: error.code, message: error.message, errors: faultsOf(error), decision };
}

/** The response for a refusal. */
export function problemOf(
  { code, message, errors, decision }: Refused,
  place: ProblemPlace,
): Problem {
  const status = place.status ?? statusOf(code);
  const now = place.now ?? systemClock.now();
  const wait = retryAfter(code, decision, now);
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      ...(wait === null ? {} : { 'retry-after': String(wait) }),
      ...(code === 'quota_exceeded' && decision ? rateLimitFields([decision], now) : {}),
    },
    body: {
      type: `urn:bursar:problem:${code}`,
      title: titleOf(code),
      status,
      // It may repeat what was sent, and a problem is kept in many a log.
      detail: withoutSecrets(message),
      code,
      ...(errors === undefined ? {} : { errors }),
      ...(decision === undefined ? {} : { decision }),
      ...placeOf(place),
    },
  };
}

/** The fields that were wrong; an amount is always called `amount`. */
function faultsOf(error: BursarError): unknown {
  if (error.code === 'invalid_amount')
    return [{ pointer: '/amount', detail: `must be ${error.details.expected}` }];
  const faults = (error as { errors?: unknown }).errors ?? error.details.errors;
  if (!Array.isArray(faults)) return faults;
  return faults.map((fault: { detail?: unknown }) => ({
    ...fault,
    ...(typeof fault.detail === 'string' && { detail: withoutSecrets(fault.detail) }),
  }));
}

function placeOf({ instance, requestId }: ProblemPlace): object {
  return {
    // Without the query string, which may hold what nobody should log.
    ...(instance === undefined ? {} : { instance: instance.split('?')[0] }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

function titleOf(code: string): string {
  const words = code.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
