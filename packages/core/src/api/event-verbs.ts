/** What `bursar.events` can do: listeners of this process, durable consumers, and what was told so far. */
import type { DeadLetter } from '../events/index.ts';
import type { HostTransaction, Page } from '../kernel/index.ts';
import type { Instant } from '../subscriptions/index.ts';
import type { ConsumerOptions } from './consumer-options.ts';
import type { BursarEvent, EventMap } from './event-map.ts';

/** Of one tenant: the kit's own unless named. */
export type OfTenant = { tenant?: string | undefined };
type Paged = { limit?: number | undefined; cursor?: string | undefined };
export type HistoryInput = Paged & {
  types?: readonly (keyof EventMap)[] | undefined;
  customer?: string | undefined;
  subject?: { type: string; id: string } | undefined;
  /** From then on, before `until`. */
  from?: Instant | undefined;
  until?: Instant | undefined;
};
export type DeadLettersInput = Paged & { consumer?: string | undefined };
export type ReplayInput = {
  consumer: string;
  /** Left out: all that this consumer has given up on. */
  event?: string | undefined;
  /** 1 to 500 characters; with one, it is kept in the audit. */
  reason?: string | undefined;
};

/** What was told in one tenant; `In` names it where that is not the kit's own. */
export interface Told<In = unknown> {
  /** Past events, newest first. What the ledger does stands in statements. */
  history(input?: HistoryInput & In): Promise<Page<BursarEvent>>;
  /** Events that a consumer has given up on. */
  deadLetters(
    input?: DeadLettersInput & In,
  ): Promise<Page<Omit<DeadLetter, 'event'> & { readonly event: BursarEvent }>>;
  /** Gives dead letters to their consumer anew, with all attempts before them. */
  replay(input: ReplayInput & In): Promise<{ readonly replayed: number }>;
}

/** Listeners hear after commit, in order, and only what this process committed; consumers get what any process committed. */
export interface Events<Tx = HostTransaction, B = unknown> extends Told<OfTenant> {
  /**
   * Takes events durably: at least once, in order per subject, whichever process committed them, once this one is started.
   * Processes that name the same consumer share its events.
   * @returns What stops it in this process.
   */
  consumer<T extends keyof EventMap>(name: string, options: ConsumerOptions<T, Tx, B>): () => void;
  /** Removes events that are older than the setting `events.retention` and were taken, at most a thousand. The worker does it. */
  forget(input?: OfTenant): Promise<{ readonly forgotten: number }>;
  on<T extends keyof EventMap>(
    type: T,
    listener: (event: BursarEvent<T>) => void | Promise<void>,
  ): () => void;
  on(type: '*', listener: (event: BursarEvent) => void | Promise<void>): () => void;
  once<T extends keyof EventMap>(
    type: T,
    listener: (event: BursarEvent<T>) => void | Promise<void>,
  ): () => void;
  once(type: '*', listener: (event: BursarEvent) => void | Promise<void>): () => void;
  off<T extends keyof EventMap>(
    type: T,
    listener: (event: BursarEvent<T>) => void | Promise<void>,
  ): void;
  off(type: '*', listener: (event: BursarEvent) => void | Promise<void>): void;
}
