/**
 * What every operation is given first: whose rows, what time it is, and the one way to the database.
 *
 * A command reads "now" once, here. All statements of a scope go through its connection, which is the pool,
 * a guarded transaction of ours, or the host's open transaction; an operation cannot tell and need not.
 */
import type { Row } from './codec.ts';
import type { News } from './news.ts';
import type { Statement } from './statement.ts';

/** `id` is 0 while no command has named the tenant yet: reads then find nothing. */
export type Tenant = { readonly id: number; readonly key: string };

/** pino's shape; only these four are called. */
export type Logger = {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
  /** pino's: false for a level spares the making of what nobody will read. */
  isLevelEnabled?(level: string): boolean;
};

/**
 * What a slice needs from above, handed over in `bursar.ts`. Each slice adds its own by declaration merging;
 * a port is a function or a plain value, fixed for the life of the kit.
 */
export interface Ports {}

/**
 * What a request says of its customer, in case that is a new one: what is usable of it is seen where it is made. Each list is in
 * order of precedence.
 */
export type Origin = {
  /** Whom it is about: of nobody else anything is said. */
  readonly customer: string;
  readonly locales: readonly unknown[];
  readonly countries: readonly unknown[];
  readonly zones: readonly unknown[];
  /** The first referral code that was sent in words, if any. */
  readonly code: string | undefined;
  cookie(name: string): string | undefined;
};

export type Scope = {
  readonly tenant: Tenant;
  /** Read once per command. */
  readonly now: Date;
  /** Who acts, for audit and events: the customer's `usedBy`, an admin, a job. */
  readonly actor: string | null;
  /** Of the request that runs this; none without one. Read only when somebody is new. */
  readonly origin?: (() => Origin) | undefined;
  readonly ports: Ports;
  readonly logger: Logger;
  /** True inside any transaction, ours or the host's. */
  readonly inTransaction: boolean;
  /** True inside the host's transaction: nothing read here may be remembered. */
  readonly foreign: boolean;

  many<T>(statement: Statement, read: (row: Row) => T): Promise<T[]>;
  /** @throws {Error} More than one row came back. */
  maybeOne<T>(statement: Statement, read: (row: Row) => T): Promise<T | null>;
  /** @throws {Error} Not exactly one row came back. */
  one<T>(statement: Statement, read: (row: Row) => T): Promise<T>;
  run(statement: Statement): Promise<void>;

  /**
   * Runs `work` in a guarded transaction; in one already, runs it there. Serialisation failures, deadlocks and
   * lock time-outs are tried again (not in the host's), so `work` must only touch what its scope gives.
   */
  transaction<T>(work: (scope: Scope) => Promise<T>): Promise<T>;

  /** Queues news for this process's listeners; they hear of it after commit, never on rollback. */
  queue(news: News): void;

  /** A fact that never changes once committed (an id by key), or one that names the epoch it is of; kept per tenant. */
  recall<T>(key: string): T | undefined;
  /** Remembered only once this scope's transaction has committed; never in the host's, which may roll back. */
  remember(key: string, value: unknown): void;
};
