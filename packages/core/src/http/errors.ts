/**
 * What can go wrong between a request and a verb. What a verb refuses has its own class in its slice.
 */
import { BursarError, type Fault } from '../kernel/index.ts';
import type { Verdict } from './guard.ts';

/** Nobody is signed in, or what the request sent does not prove who it is. Nothing was written. */
export class UnauthenticatedError extends BursarError {
  override readonly code = 'unauthenticated';
  constructor() {
    super('This needs a customer, and the request has none: sign in first.');
  }
}

/** Known, but not allowed: by the host's `authorize`, without the admin right, or no tenant was resolved. Nothing was written. */
export class ForbiddenError extends BursarError {
  override readonly code = 'forbidden';
}

/** The key of a guard paid for an earlier request. Nothing was taken; a new request needs a new key. */
export class AlreadySpentError extends BursarError {
  override readonly code = 'already_spent';
  /** What the earlier request got. */
  readonly decision: Verdict;
  constructor(decision: Verdict) {
    const { feature } = decision;
    super(`This idempotency key has paid for a request with ${feature} before: send a new key.`, {
      feature,
    });
    this.decision = decision;
  }
}

/** What the guard set aside was captured, released or settled before. Nothing moved; capture once, before answering. */
export class HoldSettledError extends BursarError {
  override readonly code = 'hold_closed';
  constructor(feature: string) {
    super(`What was held of ${feature} is settled: capture once, before the response ends.`, {
      feature,
    });
  }
}

/** `capture` cannot tell which hold it is about. Nothing moved; name a feature that a guard of this route holds. */
export class HoldUnnamedError extends BursarError {
  override readonly code = 'invalid_state';
  constructor(held: readonly string[]) {
    super(
      held.length === 0
        ? 'No guard of this request holds anything: give consumes() a `hold`.'
        : `Name the feature to capture: this request holds ${held.join(' and ')}.`,
      { held },
    );
  }
}

/** The body is no JSON. Nothing was written. */
export class MalformedError extends BursarError {
  override readonly code = 'malformed';
  readonly errors: readonly Fault[] = [
    { pointer: '', detail: 'must be well-formed JSON in UTF-8' },
  ];
  constructor() {
    // Not the parser's own words: they repeat what was sent.
    super('The body is no well-formed JSON in UTF-8.');
  }
}

/** The body is larger than the route takes. Nothing was written. */
export class TooLargeError extends BursarError {
  override readonly code = 'too_large';
  readonly errors: readonly Fault[] = [{ pointer: '', detail: 'must be smaller' }];
  constructor(message: string) {
    super(message);
  }
}

/** The body has a type that the route does not read. Nothing was written. */
export class MediaTypeError extends BursarError {
  override readonly code = 'unsupported_media_type';
  readonly errors: readonly Fault[] = [{ pointer: '', detail: 'must be application/json' }];
  constructor(message: string) {
    super(message);
  }
}

/**
 * The kit's word for what a framework's body parser refused; `null` for any other error.
 * body-parser names its errors by `type`, Fastify by `code`; both give a `statusCode`.
 */
export function bodyError(error: unknown): BursarError | null {
  const { type, code, statusCode, message } = (error ?? {}) as Record<string, unknown>;
  const ofParser =
    /^(entity|encoding|charset|request|stream|parameters)\./.test(String(type)) ||
    String(code).startsWith('FST_ERR_CTP_');
  if (!ofParser) return null;
  if (statusCode === 413) return new TooLargeError(String(message));
  if (statusCode === 415) return new MediaTypeError(String(message));
  return statusCode === 400 ? new MalformedError() : null;
}
