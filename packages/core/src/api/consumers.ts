/**
 * Durable consumers of this process: each takes its events from the outbox, in the order of their subjects, again and again
 * until they are taken. Any number of processes may run consumers of one name: they share the work.
 *
 * One consumer never waits for another, nor one subject for another. The outbox is asked whenever this process has committed
 * news, and every second.
 */
import { publishPending, registerConsumer, STRETCH } from '../events/index.ts';
import { BEFORE_ALL, ValidationError } from '../kernel/index.ts';
import { publishEntries, readEntriesFromNow } from '../ledger/index.ts';
import {
  type ConsumerOptions,
  type Consuming,
  readConsumer,
  readsLedger,
} from './consumer-options.ts';
import type { Lanes } from './lanes.ts';
import type { Root } from './root.ts';
import { type Bind, takingLanes } from './take-deliveries.ts';

export type Consumers = {
  /** @throws {ValidationError} An option is none, or the name is taken in this process. */
  add(name: string, options: ConsumerOptions): () => void;
  /** Takes for a consumer whose row is kept elsewhere; called again, what it reads is as it is said now. */
  follow(consuming: Consuming & { readonly id: number }): void;
  /** Begins to take, and takes until `stop`. */
  start(): void;
  /** Everything that is due by now: what was committed is given out, and taken or put back. */
  settle(): Promise<void>;
  /** Takes nothing more, and waits for what is in hand. */
  stop(): Promise<void>;
};

type Consumer = Consuming & {
  id: number | null;
  /** Once its id is known. */
  lanes: Lanes | null;
  isStopped: boolean;
};

type All = {
  readonly root: Root;
  readonly bind: Bind;
  readonly consumers: Map<string, Consumer>;
  timer: NodeJS.Timeout | null;
  giving: Promise<unknown> | null;
  isWanted: boolean;
  isStopping: boolean;
};

const pollMilliseconds = 1000;

/** No consumer yet, and nothing is running. @param bind Gives handlers the kit of a context. */
export function createConsumers(root: Root, bind: Bind): Consumers {
  const all: All = {
    ...{ root, bind, consumers: new Map() },
    ...{ timer: null, giving: null, isWanted: false, isStopping: false },
  };
  root.onNews(() => kick(all));
  return {
    add: (name, options) => add(all, name, options),
    follow: (consuming) => follow(all, consuming),
    start() {
      if (all.timer || all.isStopping) return;
      all.timer = setInterval(() => kick(all), pollMilliseconds).unref();
      kick(all);
    },
    settle: () => settle(all),
    async stop() {
      all.isStopping = true;
      if (all.timer) clearInterval(all.timer);
      await all.giving;
      await Promise.all([...all.consumers.values()].map(({ lanes }) => lanes?.rest()));
    },
  };
}

function add(all: All, name: string, options: ConsumerOptions): () => void {
  const { consumers } = all;
  if (consumers.has(name))
    throw new ValidationError([{ pointer: '/name', detail: `${name} is consuming here already` }]);
  const state = { id: null, lanes: null, isStopped: false };
  const consumer: Consumer = { ...readConsumer(name, options), ...state };
  consumers.set(name, consumer);
  kick(all);
  return () => {
    consumer.isStopped = true;
    if (consumers.get(name) === consumer) consumers.delete(name);
  };
}

function follow(all: All, consuming: Consuming & { readonly id: number }): void {
  const before = all.consumers.get(consuming.name);
  const state = { lanes: before?.lanes ?? null, isStopped: false };
  const consumer: Consumer = Object.assign(before ?? {}, { ...consuming, ...state });
  all.consumers.set(consuming.name, consumer);
  kick(all);
}

/** Gives out and takes, once more if it was asked for meanwhile. What fails waits for the next second. */
function kick(all: All): void {
  if (all.isStopping || !all.timer || all.consumers.size === 0) return;
  if (all.giving) {
    all.isWanted = true;
    return;
  }
  all.giving = give(all)
    .catch((err) => all.root.options.logger.error({ err }, 'News cannot be given out'))
    .finally(() => {
      all.giving = null;
      for (const consumer of all.consumers.values()) lanesOf(all, consumer)?.wake();
      if (!all.isWanted) return;
      all.isWanted = false;
      kick(all);
    });
}

/** Gives out all that is pending, unless another process is at it. */
async function give(all: All): Promise<void> {
  const { root } = all;
  for (const consumer of all.consumers.values()) await idOf(root, consumer);
  if ([...all.consumers.values()].some(readsLedger)) await giveEntries(root);
  const once = () => root.across((scope) => publishPending(scope));
  for (let given = await once(); given > 0; given = await once());
}

/** What cannot be read of the ledger holds no other news back. */
async function giveEntries(root: Root): Promise<void> {
  try {
    await root.across(publishEntries);
  } catch (err) {
    root.options.logger.error({ err }, 'What the ledger did cannot be given out');
  }
}

async function idOf(root: Root, consumer: Consumer): Promise<number> {
  if (consumer.id !== null) return consumer.id;
  const { name, types, from } = consumer;
  const start = from === 'beginning' ? BEFORE_ALL : root.options.clock.now();
  const isOfLedger = readsLedger(consumer);
  const registration = {
    name,
    types: types && isOfLedger ? [...types, STRETCH] : types,
    from: from instanceof Date ? from : start,
  };
  consumer.id = await root.across(async (scope) => {
    if (isOfLedger) await readEntriesFromNow(scope);
    return registerConsumer(scope, registration);
  });
  return consumer.id;
}

/** `null` until its id is known. */
function lanesOf(all: All, consumer: Consumer): Lanes | null {
  const { root, bind } = all;
  const { id } = consumer;
  if (id === null) return null;
  const isOver = () => all.isStopping || consumer.isStopped;
  consumer.lanes ??= takingLanes({ root, bind, consumer, id, isOver });
  return consumer.lanes;
}

/** What is in hand may have been taken before the last one was given out: it is waited for, and looked again. */
async function settle(all: All): Promise<void> {
  if (all.consumers.size === 0) return;
  await give(all);
  const settleOne = async (consumer: Consumer) => {
    const lanes = lanesOf(all, consumer);
    await lanes?.rest();
    lanes?.wake();
    await lanes?.rest();
  };
  await Promise.all([...all.consumers.values()].map(settleOne));
}
