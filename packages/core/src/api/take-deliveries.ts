/** Taking a consumer's events one by one: the handler in its time, the acknowledgement after it or with it, and back-off. */
import {
  acknowledge,
  advance,
  bury,
  type Claimed,
  claimDeliveries,
  putBack,
} from '../events/index.ts';
import { count, type Scope, stopwatch } from '../kernel/index.ts';
import type { Consuming } from './consumer-options.ts';
import { createLanes, type Lanes } from './lanes.ts';
import { messageOf } from './retry-delay.ts';
import type { Context, Root } from './root.ts';
import { runTransaction } from './run-transaction.ts';
import { type Step, stepsOf } from './steps-of.ts';

/** The kit of a context, for handlers. */
export type Bind = (context: Context) => unknown;

/** Who takes, through what, and until when. */
export type Taking = {
  readonly root: Root;
  readonly bind: Bind;
  readonly consumer: Consuming;
  readonly id: number;
  readonly isOver: () => boolean;
};

/** Takes events or puts them back, as many subjects at once as the consumer may have, whenever it is woken. */
export function takingLanes(taking: Taking): Lanes {
  const { root, consumer } = taking;
  const { name, concurrency } = consumer;
  return createLanes({
    concurrency,
    claim: (limit) => claim(taking, limit),
    take: (claimed) => take(taking, claimed),
    failed: (err) => root.options.logger.error({ err, consumer: name }, 'A consumer cannot take'),
  });
}

async function claim({ root, consumer, id, isOver }: Taking, limit: number): Promise<Claimed[]> {
  if (isOver()) return [];
  const asked = { consumer: id, limit, leaseMilliseconds: consumer.timeout * 2 };
  return root.across((scope) => claimDeliveries(scope, asked));
}

/** Takes what is in hand step by step; what fails is put back, with what comes after it. */
async function take(taking: Taking, claimed: Claimed): Promise<void> {
  const { root, consumer } = taking;
  const steps = await stepsOf(root, claimed);
  // Nobody said what became of the last attempts: whatever ends the process each time must not do so for ever.
  const isWorn = claimed.attempt > consumer.attempts;
  const pace = { since: stopwatch(), isCareful: claimed.attempt > 1 };
  for (const step of steps) {
    try {
      if (isWorn && step.events.length > 0)
        throw new Error('Its last attempt ended with its process.');
      if (!(await takeStep(taking, { claimed, step, pace }))) return lost(taking, claimed);
    } catch (error) {
      return refuse(taking, { claimed, step, error });
    }
  }
}

type Taken = {
  readonly claimed: Claimed;
  readonly step: Step;
  /** When what was taken was last written down, and whether each step is. */
  readonly pace: { since: number; readonly isCareful: boolean };
};

/** @returns False: somebody else holds it by now. */
async function takeStep(taking: Taking, { claimed, step, pace }: Taken): Promise<boolean> {
  const { root, consumer } = taking;
  const aborting = new AbortController();
  const late = new Error(`Took longer than ${consumer.timeout} ms.`);
  const timeout = setTimeout(() => aborting.abort(late), consumer.timeout);
  const context = contextOf(claimed);
  const given = { step, attempt: attemptOf(claimed, step), signal: aborting.signal };
  try {
    if (consumer.transaction)
      return await runTransaction(root, context, async (inner, tx) => {
        const isHeld = await root.command(inner, (scope) => keep(scope, taking, claimed, step));
        if (isHeld) await handle(taking, { ...given, context: inner, tx });
        return isHeld;
      });
    await handle(taking, { ...given, context, tx: undefined });
  } finally {
    clearTimeout(timeout);
  }
  // What is not written down is done again after a crash: at least once, and one statement for many of the ledger's events.
  const isSoon = stopwatch() - pace.since < consumer.timeout / 2;
  if (!step.isLast && isSoon && !pace.isCareful) return true;
  pace.since = stopwatch();
  return root.command(context, (scope) => keep(scope, taking, claimed, step));
}

function keep(
  scope: Scope,
  { consumer }: Taking,
  claimed: Claimed,
  { doneTo, isLast }: Step,
): Promise<boolean> {
  if (isLast || doneTo === null) return acknowledge(scope, claimed);
  return advance(scope, claimed, { doneTo, leaseMilliseconds: consumer.timeout * 2 });
}

function lost({ root, consumer }: Taking, claimed: Claimed): void {
  const facts = { consumer: consumer.name, event: claimed.event.id };
  root.options.logger.warn(facts, 'an event took longer than its lease, and is taken again');
}

type Handling = {
  readonly step: Step;
  readonly attempt: number;
  readonly signal: AbortSignal;
  readonly context: Context;
  readonly tx: unknown;
};

/** Ends the wait when the time is over, not the work. */
function handle(
  { consumer, bind }: Taking,
  { step, attempt, signal, context, tx }: Handling,
): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    const given = { attempt, signal, bursar: bind(context), tx };
    const all = async () => {
      for (const event of step.events) {
        signal.throwIfAborted();
        await consumer.handle(event as never, given as never);
      }
    };
    all().then(resolve, reject);
  });
}

async function refuse(
  { root, consumer }: Taking,
  { claimed, step, error }: { claimed: Claimed; step: Step; error: unknown },
): Promise<void> {
  const { clock, logger } = root.options;
  const attempt = attemptOf(claimed, step);
  const isDead = attempt >= consumer.attempts;
  const { id } = step.events[0] ?? claimed.event;
  const facts = { err: error, consumer: consumer.name, event: id, attempt };
  count(isDead ? 'deadLetters' : 'deliveryRetries', { 'bursar.consumer': consumer.name });
  if (isDead) logger.error(facts, 'an event was given up on');
  else logger.warn(facts, 'an event was not taken');
  const message = messageOf(error);
  const nextAt = new Date(clock.now().getTime() + consumer.delay(attempt));
  const { doneTo } = step;
  await root.command(contextOf(claimed), (scope) => {
    if (isDead && doneTo !== null)
      return bury(scope, { ...claimed, attempt }, { id, sequence: doneTo, error: message });
    const since = doneTo === null ? undefined : { doneTo: doneTo - 1, attempts: attempt };
    return putBack(scope, claimed, { nextAt: isDead ? null : nextAt, error: message, since });
  });
}

/** Only the first step of what is in hand was tried before. */
function attemptOf({ attempt }: Claimed, { isFirst }: Step): number {
  return isFirst ? attempt : 1;
}

function contextOf(claimed: Claimed): Context {
  return { tenant: claimed.event.tenant, actor: null, host: null };
}
