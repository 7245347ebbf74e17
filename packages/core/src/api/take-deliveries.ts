/** Taking a consumer's events one by one: the handler in its time, the acknowledgement after it or with it, and back-off. */
import { acknowledge, type Claimed, claimDeliveries, putBack } from '../events/index.ts';
import type { Consuming } from './consumer-options.ts';
import { createLanes, type Lanes } from './lanes.ts';
import type { Context, Root } from './root.ts';
import { runTransaction } from './run-transaction.ts';

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
  return root.command(contextOf(root), (scope) => claimDeliveries(scope, asked));
}

async function take(taking: Taking, claimed: Claimed): Promise<void> {
  const { consumer } = taking;
  // Nobody said what became of the last attempts: whatever ends the process each time must not do so for ever.
  if (claimed.attempt > consumer.attempts)
    return refuse(taking, claimed, new Error('Its last attempt ended with its process.'));
  const aborting = new AbortController();
  const late = new Error(`Took longer than ${consumer.timeout} ms.`);
  const timeout = setTimeout(() => aborting.abort(late), consumer.timeout);
  try {
    await (consumer.transaction ? takeTogether : takeThenAcknowledge)(
      taking,
      claimed,
      aborting.signal,
    );
  } catch (error) {
    await refuse(taking, claimed, error);
  } finally {
    clearTimeout(timeout);
  }
}

/** Whoever lost the lease meanwhile finds nothing to acknowledge, and does nothing. */
async function takeTogether(taking: Taking, claimed: Claimed, signal: AbortSignal): Promise<void> {
  const { root } = taking;
  await runTransaction(root, contextOf(root, claimed), async (inner, tx) => {
    const isHeld = await root.command(inner, (scope) => acknowledge(scope, claimed));
    if (isHeld) await handle(taking, claimed, { signal, context: inner, tx });
  });
}

async function takeThenAcknowledge(
  taking: Taking,
  claimed: Claimed,
  signal: AbortSignal,
): Promise<void> {
  const { root, consumer } = taking;
  const context = contextOf(root, claimed);
  await handle(taking, claimed, { signal, context, tx: undefined });
  const isHeld = await root.command(context, (scope) => acknowledge(scope, claimed));
  if (isHeld) return;
  const facts = { consumer: consumer.name, event: claimed.event.id };
  root.options.logger.warn(facts, 'an event took longer than its lease, and is taken again');
}

/** Ends the wait when the time is over, not the work. */
function handle(
  { consumer, bind }: Taking,
  { event, attempt }: Claimed,
  { signal, context, tx }: { signal: AbortSignal; context: Context; tx: unknown },
): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    const given = { attempt, signal, bursar: bind(context), tx };
    Promise.resolve()
      .then(() => consumer.handle(event as never, given as never))
      .then(() => resolve(), reject);
  });
}

async function refuse({ root, consumer }: Taking, claimed: Claimed, error: unknown): Promise<void> {
  const { clock, logger } = root.options;
  const { attempt, event } = claimed;
  const isDead = attempt >= consumer.attempts;
  const nextAt = isDead ? null : new Date(clock.now().getTime() + consumer.delay(attempt));
  const facts = { err: error, consumer: consumer.name, event: event.id, attempt };
  if (isDead) logger.error(facts, 'an event was given up on');
  else logger.warn(facts, 'an event was not taken');
  const said = { nextAt, error: messageOf(error) };
  await root.command(contextOf(root, claimed), (scope) => putBack(scope, claimed, said));
}

/** Of anything that can be thrown. */
function messageOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'It threw what cannot be told.';
  }
}

function contextOf({ options }: Root, claimed?: Claimed): Context {
  return { tenant: claimed?.event.tenant ?? options.tenant, actor: null, host: null };
}
