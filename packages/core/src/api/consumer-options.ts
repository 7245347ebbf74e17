/** What a host says of a durable consumer, read and checked. */

import { type HostTransaction, ValidationError } from '../kernel/index.ts';
import { type Instant, readInstant } from '../subscriptions/index.ts';
import type { BursarEvent, EventMap } from './event-map.ts';
import { delayOf } from './retry-delay.ts';

/** What the handler gets beside the event. */
export type Handled<B = unknown> = {
  /** The kit of the event's tenant; with `transaction`, inside it. */
  readonly bursar: B;
  /** From 1. */
  readonly attempt: number;
  /** Aborted when its time is over: it will be given again then. */
  readonly signal: AbortSignal;
};

type Common<T extends keyof EventMap> = {
  /** Which events; all unless said, also what the ledger does. `quota.exceeded` comes once a minute. */
  types?: readonly T[] | undefined;
  /** Of a new consumer: `now` unless said. */
  from?: 'now' | 'beginning' | Instant | undefined;
  /** How many subjects at once, in this process; 1 to 100, 4 unless said. */
  concurrency?: number | undefined;
  /** How often before it is given up on; 1 to 100, 12 unless said. Together they take about three hours. */
  attempts?: number | undefined;
  /** For one event, in milliseconds; 30,000 unless said, in a transaction 5,000. */
  timeout?: number | undefined;
};

/** At least once, in order per subject. A throw, a rejection or a time-out puts the event back. */
export type ConsumerOptions<
  T extends keyof EventMap = keyof EventMap,
  Tx = HostTransaction,
  B = unknown,
> =
  | (Common<T> & {
      transaction?: false | undefined;
      handle(event: BursarEvent<T>, given: Handled<B>): unknown;
    })
  | (Common<T> & {
      /**
       * The handler's own writes on `tx` and the acknowledgement commit together. It should await nothing but the database, and
       * has 5 s: as long as it is open it holds back what other consumers are given.
       */
      transaction: true;
      handle(event: BursarEvent<T>, given: Handled<B> & { readonly tx: Tx }): unknown;
    });

/** What the ledger says by its entries. */
const ofTheLedger = /^(balance|grant|hold)\./;

/** True when it is given what the ledger does. */
export function readsLedger({ types }: Pick<Consuming, 'types'>): boolean {
  return types === null || types.some((type) => ofTheLedger.test(type));
}

const known = ['types', 'from', 'concurrency', 'attempts', 'timeout', 'transaction', 'handle'];

/** `ConsumerOptions` with every value checked. */
export type Consuming = {
  readonly name: string;
  readonly types: readonly string[] | null;
  readonly from: 'now' | 'beginning' | Date;
  readonly concurrency: number;
  readonly attempts: number;
  readonly timeout: number;
  readonly transaction: boolean;
  readonly handle: (event: never, given: never) => unknown;
  /** How long to wait after an attempt failed, in milliseconds. */
  readonly delay: (attempt: number) => number;
};

/** @throws {ValidationError} Names an option that is none. */
export function readConsumer(name: unknown, options: ConsumerOptions): Consuming {
  if (typeof name !== 'string' || !/^[\w.-]{1,64}$/.test(name))
    throw fault('/name', 'must have 1 to 64 letters, digits, "_", "-" or "."');
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown) throw fault(`/${unknown}`, `is not known: send ${known.join(', ')}`);
  if (typeof options.handle !== 'function') throw fault('/handle', 'must be a function');
  const { types, from = 'now', concurrency, attempts, timeout } = options;
  const isInTransaction = options.transaction === true;
  return {
    name,
    types: readTypes(types),
    from: from === 'now' || from === 'beginning' ? from : readInstant(from, '/from'),
    concurrency: count(concurrency ?? 4, '/concurrency', 100),
    attempts: count(attempts ?? 12, '/attempts', 100),
    timeout: count(timeout ?? (isInTransaction ? 5_000 : 30_000), '/timeout', 3_600_000),
    transaction: isInTransaction,
    handle: options.handle,
    delay: delayOf,
  };
}

function readTypes(types: unknown): readonly string[] | null {
  if (types === undefined) return null;
  if (
    !Array.isArray(types) ||
    types.length === 0 ||
    !types.every((type) => typeof type === 'string')
  )
    throw fault('/types', 'must be a list of event types, or left out for all');
  return types;
}

function count(value: unknown, pointer: string, max: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= max)
    return value as number;
  throw fault(pointer, `must be a whole number from 1 to ${max}`);
}

function fault(pointer: string, detail: string): ValidationError {
  return new ValidationError([{ pointer, detail }]);
}
