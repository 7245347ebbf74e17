/**
 * What a driver's error means: worth another try, a lost connection, or the statement's own fault.
 *
 * Both drivers are read here and nowhere else, by SQLSTATE and by postgres.js's own codes.
 */
import { DatabaseError, isBursarError } from './errors.ts';

/** Nothing was sent. */
const unreachableCodes = new Set([
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
  '57P03',
]);
const lostCodes = new Set([
  ...unreachableCodes,
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECTION_ENDED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  '57P01',
  '57P02',
  '57P05',
  '25P03',
]);

/** The SQLSTATE, or the driver's own code. */
export function codeOf(error: unknown): string | null {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : null;
}

/** The name of the constraint that was violated, on either driver, also beneath a wrapper. */
export function constraintOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null) return null;
  const { constraint_name, constraint, cause } = error as Record<string, unknown>;
  const name = constraint_name ?? constraint;
  return typeof name === 'string' ? name : cause === error ? null : constraintOf(cause);
}

/** The connection is gone: whatever was open on it is rolled back. */
export function isLost(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== null) return lostCodes.has(code) || code.startsWith('08');
  return error instanceof Error && pgLost.test(error.message);
}

// What pg's client says in words only.
const pgLost =
  /^(Connection terminated|Client has encountered a connection error|Client was closed)/;

/** Serialisation failure, deadlock, lock time-out: nothing was written, and trying again may help. */
export function isRetryable(error: unknown): boolean {
  const code = codeOf(error instanceof DatabaseError ? error.cause : error);
  return code === '40001' || code === '40P01' || code === '55P03';
}

/** Cancelled by a deadline, or the server is short of something. */
function isUnavailable(error: unknown): boolean {
  const code = codeOf(error);
  return (
    code !== null &&
    (code === '57014' || code === '55P03' || code.startsWith('53') || code === '58030')
  );
}

/**
 * The error a host sees: `DatabaseError` where the database is the reason, else the driver's own
 * (a violated constraint, a syntax error), which is a defect and not an answer.
 */
export function translate(error: unknown): unknown {
  if (isBursarError(error)) return error;
  if (unreachableCodes.has(codeOf(error) ?? '')) return lostConnection(unreachable, error);
  if (isLost(error)) return lostConnection(maybeDone, error);
  if (!isUnavailable(error)) return error;
  return new DatabaseError(
    'The database gave up on a statement.',
    { reason: codeOf(error) },
    { cause: error },
  );
}

const unreachable = 'The database cannot be reached: nothing was sent.';
const maybeDone =
  'The connection to the database was lost: what was sent may or may not have been carried out.';

/** A statement by itself whose connection closed: whether it was carried out cannot be known. */
export function lostStatement(cause: unknown): DatabaseError {
  return lostConnection(maybeDone, cause);
}

/** The connection was lost over a statement, and whether that was carried out cannot be known. */
export function isUncertain(error: unknown): boolean {
  return error instanceof DatabaseError && error.details.written === 'unknown';
}

/** A connection that closed before anything was sent over it. */
export function lostBefore(): DatabaseError {
  return lostConnection(unreachable, null);
}

/** @param message Says whether a write may have happened. */
export function lostConnection(message: string, cause: unknown): DatabaseError {
  const written = message.includes('may or may not') ? 'unknown' : 'no';
  return new DatabaseError(message, { reason: codeOf(cause), written }, { cause });
}
