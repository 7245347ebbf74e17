/**
 * The one family of errors, and the one table from code to kind to status.
 *
 * A code is a promise to hosts, the same word as a decision's reason where there is one; the message is not.
 */

export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'insufficient'
  | 'forbidden'
  | 'missing'
  | 'conflict'
  | 'exhausted'
  | 'gateway'
  | 'unavailable';

/** The HTTP status of each kind. Malformed, too large and unknown media types have their own (400, 413, 415). */
export const statusOfKind = {
  invalid: 422,
  unauthenticated: 401,
  insufficient: 402,
  forbidden: 403,
  missing: 404,
  conflict: 409,
  exhausted: 429,
  gateway: 502,
  unavailable: 503,
} as const satisfies Record<ErrorKind, number>;

/** Every code the kit throws, and its kind. */
export const kindOfCode = {
  unauthenticated: 'unauthenticated',
  insufficient_balance: 'insufficient',
  past_due: 'insufficient',
  forbidden: 'forbidden',
  no_subscription: 'forbidden',
  feature_not_in_plan: 'forbidden',
  paused: 'forbidden',
  customer_frozen: 'forbidden',
  value_mismatch: 'forbidden',
  customer_unknown: 'missing',
  feature_unknown: 'missing',
  unit_unknown: 'missing',
  plan_unknown: 'missing',
  not_found: 'missing',
  already_exists: 'conflict',
  already_subscribed: 'conflict',
  already_spent: 'conflict',
  trial_used: 'conflict',
  idempotency_conflict: 'conflict',
  invalid_state: 'conflict',
  hold_closed: 'conflict',
  hold_expired: 'conflict',
  limit_exceeded: 'conflict',
  in_use: 'conflict',
  preview_stale: 'conflict',
  ambiguous_subscription: 'conflict',
  invalid_amount: 'invalid',
  wrong_kind: 'invalid',
  validation: 'invalid',
  cursor: 'invalid',
  below_minimum: 'invalid',
  malformed: 'invalid',
  too_large: 'invalid',
  unsupported_media_type: 'invalid',
  catalog: 'invalid',
  configuration: 'invalid',
  quota_exceeded: 'exhausted',
  throttled: 'exhausted',
  gateway_error: 'gateway',
  rate_missing: 'unavailable',
  overload: 'unavailable',
  database: 'unavailable',
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof kindOfCode;

const statusOfCode: Partial<Record<ErrorCode, number>> = {
  malformed: 400,
  too_large: 413,
  unsupported_media_type: 415,
};

/** The HTTP status a code answers with unless a registration says otherwise. */
export function statusOf(code: ErrorCode): number {
  return statusOfCode[code] ?? statusOfKind[kindOfCode[code]];
}

const brand = Symbol.for('bursar.error');

/** What every error of the kit is. Subclasses set `code`; all else follows from it. */
export abstract class BursarError extends Error {
  abstract readonly code: ErrorCode;
  /** Facts about this one failure; they survive JSON. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly [brand] = true;

  constructor(
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
    this.details = details;
  }

  get kind(): ErrorKind {
    return kindOfCode[this.code];
  }

  get status(): number {
    return statusOf(this.code);
  }

  /** Fastify's and Express's own handlers read this name. */
  get statusCode(): number {
    return this.status;
  }
}

/** True for errors of this kit, also of another copy of it in the same process. */
export function isBursarError(value: unknown): value is BursarError {
  return typeof value === 'object' && value !== null && brand in value;
}

/** One field that was wrong, with a JSON pointer to it and what to send instead. */
export type Fault = { readonly pointer: string; readonly detail: string };

/** The input cannot be read as what the verb takes. Nothing was written; send what `errors` says. */
export class ValidationError extends BursarError {
  override readonly code = 'validation';
  readonly errors: readonly Fault[];
  constructor(errors: readonly Fault[]) {
    super(errors.map((fault) => `${fault.pointer || '/'}: ${fault.detail}`).join('; '), { errors });
    this.errors = errors;
  }
}

/** An amount that is no whole number above zero within 2^53 - 1. Nothing was written. */
export class InvalidAmountError extends BursarError {
  override readonly code = 'invalid_amount';
  constructor(amount: unknown, expected: string) {
    super(`${String(amount)} is not an amount: send ${expected}.`, {
      amount: String(amount),
      expected,
    });
  }
}

/** The row the input names is not there, or is another customer's. */
export class NotFoundError extends BursarError {
  override readonly code = 'not_found';
  constructor(what: string, id: string) {
    super(`There is no ${what} ${id}.`, { what, id });
  }
}

/** The key was used for another request. The first one stands; nothing was written now. */
export class IdempotencyConflictError extends BursarError {
  override readonly code = 'idempotency_conflict';
  constructor(key: string) {
    super(`Idempotency key ${key} belongs to another request: send a new key.`, { key });
  }
}

/** The database cannot be reached, gave up waiting, or lost the connection. Trying again helps; a write may have happened only if it says so. */
export class DatabaseError extends BursarError {
  override readonly code = 'database';
  constructor(
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, details, options);
  }
}

/** More is waiting in this process than can be served in time. Nothing was sent; try again in a moment. */
export class OverloadError extends BursarError {
  override readonly code = 'overload';
}

/** The kit was set up in a way that cannot work. */
export class ConfigurationError extends BursarError {
  override readonly code = 'configuration';
}
