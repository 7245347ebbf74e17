/**
 * Sending approved withdrawals through their drivers: the intent is committed, the driver is called outside of any transaction, and
 * what it said is committed with the end of the job. An answer that was lost is asked for, never paid for again.
 */
import {
  beginPayout,
  CustomerOwesError,
  driverOf,
  PAYOUT,
  type PayoutDriver,
  type PayoutOutcome,
  type Sending,
  settlePayout,
} from '../withdrawals/index.ts';
import type { JobKind } from './job-runner.ts';
import { delayOf } from './retry-delay.ts';
import type { Root } from './root.ts';

const patience = 30_000;
const unknown: PayoutOutcome = { state: 'unknown' };

/** The kind of job that pays out. It asks for as long as nobody can tell. */
export function payoutJobs(root: Root): JobKind {
  const { clock, payouts, logger } = root.options;

  async function ask(driver: PayoutDriver, sending: Sending, stopped: AbortSignal) {
    const { payout, isFirst, since } = sending;
    const timeout = driver.timeoutMilliseconds ?? patience;
    const age = clock.now().getTime() - since.getTime();
    // Who was held up for so long may not send any more: by now somebody else may be asking, and believe what it hears.
    const isLate = isFirst && age >= timeout;
    // One that is being sent right now would be found missing.
    const isEarly = !isFirst && age < 2 * timeout;
    if (isLate || isEarly) return { outcome: unknown, delay: Math.max(0, 2 * timeout - age) };
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(timeout)]);
    try {
      const said = isFirst ? driver.send(payout, { signal }) : driver.find(payout, { signal });
      return { outcome: readOutcome(await inTime(said, signal)), delay: isFirst ? 2 * timeout : 0 };
    } catch (err) {
      logger.warn({ err, withdrawal: payout.withdrawal }, 'A payout driver gave no answer');
      return { outcome: unknown, delay: isFirst ? 2 * timeout : 0 };
    }
  }

  return {
    ...{ kind: PAYOUT, concurrency: 4, perLane: 4, attemptsMax: 1_000_000 },
    async run({ tenant, payload, attempt }, { signal }) {
      const { withdrawal } = payload as { withdrawal: string };
      const context = { tenant, actor: null, host: null };
      const sending = await root
        .command(context, (scope) => beginPayout(scope, withdrawal))
        .catch(owingOrThrow);
      if (!sending) return {};
      if (sending instanceof CustomerOwesError)
        return { failed: { error: 'Its customer owes.', delay: delayOf(attempt) } };
      const driver = driverOf(payouts, sending.method);
      if (!driver) return { failed: { error: 'Its driver is gone.', delay: delayOf(attempt) } };
      const { outcome, delay } = await ask(driver, sending, signal);
      return {
        write: (scope) => settlePayout(scope, { withdrawal, outcome }),
        ...(outcome.state === 'unknown' && {
          failed: { error: 'Nobody can tell yet.', delay: Math.max(delay, delayOf(attempt)) },
        }),
      };
    },
  };
}

/** Who owes is asked about again: it is sent once nothing is owed. */
function owingOrThrow(error: unknown): CustomerOwesError {
  if (error instanceof CustomerOwesError) return error;
  throw error;
}

/** A driver need not listen to its signal. */
function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}

/** What a driver of the host's says is not believed to be anything that it is not. */
function readOutcome(said: PayoutOutcome): PayoutOutcome {
  if (said?.state === 'paid') return typeof said.reference === 'string' ? said : { state: 'paid' };
  if (said?.state === 'failed') return { state: 'failed', reason: String(said.reason ?? '') };
  return unknown;
}
