/** Another try where the database says that another try may help. */
import { DatabaseError } from './errors.ts';
import { codeOf, isRetryable } from './failures.ts';
import { count } from './telemetry.ts';

const triesMax = 8;
// A lock time-out takes seconds: eight of them would outlast any caller.
const startedWithinMilliseconds = 5_000;

/**
 * Runs `work`; after a serialisation failure, deadlock or lock time-out again, with jitter, at most eight times in all,
 * the last begun within five seconds.
 * @throws {DatabaseError} It failed so each time.
 */
export async function withRetries<T>(work: () => Promise<T>): Promise<T> {
  const patientUntil = performance.now() + startedWithinMilliseconds;
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isRetryable(error)) throw error;
      if (tries === triesMax || performance.now() > patientUntil) throw exhausted(error, tries);
      count('databaseRetries', { 'bursar.reason': reasonOf(error) });
      await pause(Math.random() * Math.min(5 * 2 ** tries, 250));
    }
  }
}

function exhausted(error: unknown, tries: number): unknown {
  return error instanceof DatabaseError
    ? error
    : new DatabaseError(
        `The database refused ${tries} tries in a row.`,
        { reason: codeOf(error) },
        { cause: error },
      );
}

/** The SQLSTATE, also of a failure that was translated. */
function reasonOf(error: unknown): string {
  return codeOf(error instanceof DatabaseError ? error.cause : error) ?? 'unknown';
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
