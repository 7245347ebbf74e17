/**
 * The one family of errors, and those of the floor itself.
 *
 * Whoever catches reads `code` and `details`; a message is for people and may change.
 */
import { type ErrorCode, type ErrorKind, kindOfCode, statusOf } from './error-codes.ts';

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
    super('This idempotency key belongs to another request: send a new key.', { key });
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
