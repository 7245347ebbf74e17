/**
 * Doing jobs: each process that was started takes what is due, several at once, whoever asked for them. What a job does to the
 * database commits with its end; what it does outside is done at least once, under an id that stays.
 *
 * A job that is worked on for long keeps its lease; one whose process dies is taken by another once the lease is over.
 */
import { type Claimed, claimJobs, finishJob, putBackJob, renewLease } from '../jobs/index.ts';
import { type ErrorKind, isBursarError, type Scope } from '../kernel/index.ts';
import { createLanes, type Lanes } from './lanes.ts';
import { delayOf, messageOf } from './retry-delay.ts';
import type { Context, Root } from './root.ts';

type Failure = {
  readonly error: string;
  readonly delay: number | null;
  /** False: its process ended, which says nothing of the job. */
  readonly isCounted?: boolean | undefined;
};

/** What became of a job. */
export type Ending = {
  /** Commits with the end. */
  readonly write?: ((scope: Scope) => Promise<unknown>) | undefined;
  /** It was not done: again after so many milliseconds, or never where that is `null`. */
  readonly failed?: Failure | undefined;
  /** It is not over: again after so many milliseconds. */
  readonly later?: number | undefined;
};

/** How jobs of a kind are done. */
export type JobKind = {
  readonly kind: string;
  /** At once in this process. */
  readonly concurrency: number;
  /** At once of one lane, over all processes. */
  readonly perLane: number;
  readonly attemptsMax: number;
  /** May do what is not the database's. What it throws is a failure, for good if trying again cannot help. */
  run(job: Claimed, given: { readonly signal: AbortSignal }): Promise<Ending>;
};

export type Jobs = {
  start(): void;
  /** Everything that is due by now is done or put back. */
  settle(): Promise<void>;
  /** Takes nothing more, and waits for what is in hand. */
  stop(): Promise<void>;
};

const pollMilliseconds = 1000;
const leaseMilliseconds = 30_000;

/** What the same request would meet again. */
const lasting: readonly ErrorKind[] = ['invalid', 'missing', 'conflict'];

/** Nothing is running yet. */
export function createJobs(root: Root, kinds: readonly JobKind[]): Jobs {
  const stopping = new AbortController();
  const { signal } = stopping;
  const lanes = kinds.map((kind) => lanesOf(root, kind, signal));
  let timer: NodeJS.Timeout | null = null;
  let isAsked = false;
  const wake = () => {
    for (const one of lanes) one.wake();
  };
  root.onQueued((isCommitted) => {
    isAsked = true;
    if (timer && isCommitted) wake();
  });
  return {
    start() {
      if (timer || signal.aborted) return;
      timer = setInterval(wake, pollMilliseconds).unref();
      wake();
    },
    async settle() {
      if (!isAsked && !timer) return;
      wake();
      await Promise.all(lanes.map((one) => one.rest()));
      wake();
      await Promise.all(lanes.map((one) => one.rest()));
    },
    async stop() {
      stopping.abort(new Error('This process ends.'));
      if (timer) clearInterval(timer);
      await Promise.all(lanes.map((one) => one.rest()));
    },
  };
}

function lanesOf(root: Root, kind: JobKind, stopped: AbortSignal): Lanes {
  const { concurrency, perLane } = kind;
  const { logger } = root.options;
  return createLanes({
    concurrency,
    claim: async (limit) => {
      if (stopped.aborted) return [];
      const asked = { kind: kind.kind, limit, perLane, leaseMilliseconds };
      return root.across((scope) => claimJobs(scope, asked));
    },
    take: (job) => take(root, { kind, job, stopped }),
    failed: (err) => logger.error({ err, kind: kind.kind }, 'Jobs cannot be taken'),
  });
}

type Taking = {
  readonly kind: JobKind;
  readonly job: Claimed;
  readonly stopped: AbortSignal;
};

async function take(root: Root, taking: Taking): Promise<void> {
  const ending = await endingOf(root, taking).catch((error: unknown) => failure(taking, error));
  try {
    await end(root, taking, ending);
  } catch (error) {
    await end(root, taking, failure(taking, error));
  }
}

/** Keeps the lease for as long as it is worked on. Who lost it is told by the signal. */
async function endingOf(root: Root, { kind, job, stopped }: Taking): Promise<Ending> {
  // Nobody said what became of the last attempts: whatever ends the process each time must not do so for ever.
  if (job.attempt > kind.attemptsMax)
    return { failed: { error: 'Its last attempt ended with its process.', delay: null } };
  const losing = new AbortController();
  const beat = setInterval(() => {
    root
      .command(contextOf(job), (scope) => renewLease(scope, job, leaseMilliseconds))
      .then((isHeld) => isHeld || losing.abort(new Error('Somebody else has the job by now.')))
      .catch(() => {});
  }, leaseMilliseconds / 3).unref();
  try {
    return await kind.run(job, { signal: AbortSignal.any([stopped, losing.signal]) });
  } finally {
    clearInterval(beat);
  }
}

/** The end and what the job wrote commit together. Whoever lost the lease writes nothing. */
async function end(root: Root, { job }: Taking, { write, failed, later }: Ending): Promise<void> {
  const { logger } = root.options;
  await root.command(contextOf(job), (scope) =>
    scope.transaction(async (inner) => {
      const isHeld = await become(inner, job, { failed, later });
      if (isHeld) await write?.(inner);
    }),
  );
  if (!failed) return;
  const facts = { job: job.id, kind: job.kind, attempt: job.attempt, reason: failed.error };
  if (failed.delay === null) logger.error(facts, 'a job was given up on');
  else logger.warn(facts, 'a job was not done');
}

function become(scope: Scope, job: Claimed, { failed, later }: Ending): Promise<boolean> {
  if (failed) {
    return putBackJob(scope, job, { ...failed, nextAt: after(scope, failed.delay) });
  }
  if (later === undefined) return finishJob(scope, job);
  return putBackJob(scope, job, { error: null, nextAt: after(scope, later) });
}

function after({ now }: Scope, delay: number | null): Date | null {
  return delay === null ? null : new Date(now.getTime() + delay);
}

function failure({ kind, job, stopped }: Taking, error: unknown): Ending {
  // Whoever ends next to it was cut off: another process has it at once, as if nobody had tried.
  if (stopped.aborted) return { failed: { error: messageOf(error), delay: 0, isCounted: false } };
  const isLasting = isBursarError(error) && lasting.includes(error.kind);
  const isLast = isLasting || job.attempt >= kind.attemptsMax;
  return { failed: { error: messageOf(error), delay: isLast ? null : delayOf(job.attempt) } };
}

function contextOf(job: Claimed): Context {
  return { tenant: job.tenant, actor: null, host: null };
}
