/**
 * Where statements go: the shape of a database handle and of one open transaction, whichever driver is beneath.
 *
 * Types only, below both drivers and above neither.
 */
import type { Row } from './codec.ts';
import type { Logger } from './scope.ts';
import type { Statement } from './statement.ts';

/** Where statements can be sent: a database, or one open transaction. */
export type Lane = {
  query(statement: Statement): Promise<Row[]>;
  /** The same in the name of a tenant, whose rows alone it shows. Left out: there is no wall between tenants here. */
  within?(tenant: number): Lane;
};

/** What happens to one who listens. */
export type Ear = {
  heard(payload: string): void;
  /** It can hear, from now on. */
  ready(): void;
  /** It cannot hear any more: what was said meanwhile is lost. */
  lost(): void;
};

export type Database = Pick<Lane, 'query'> & {
  readonly kind: 'postgres' | 'pglite';
  /** The schema all tables live in. */
  readonly schema: string;
  /** Runs `work` once, in one guarded transaction; its lane is dead afterwards. */
  transaction<T>(work: (lane: Lane) => Promise<T>): Promise<T>;
  within?(tenant: number): Database;
  /**
   * As `transaction`, on a connection of its own and without time limits: for migrations. A text without values
   * may hold several statements.
   */
  session<T>(work: (lane: Lane) => Promise<T>): Promise<T>;
  /** Hears what other processes notify on `channel`, until what is returned is called. Alone, one is always ready. */
  listen(channel: string, ear: Ear): () => Promise<void>;
  /** @throws {DatabaseError} The database does not answer. */
  ping(): Promise<void>;
  /** Safe to call twice. Closes only what this handle opened. */
  close(): Promise<void>;
};

export type OpenDatabase = {
  /** Lower-case letters, digits and `_`. Default `bursar`. */
  readonly schema?: string | undefined;
  readonly logger: Logger;
  /** Connections at most, per process. Default 10. */
  readonly connectionsMax?: number | undefined;
  /** Named prepared statements and time limits per connection; `false` behind a pooler that refuses both. Default true. */
  readonly prepare?: boolean | undefined;
  /** Where migrations connect, past a pooler. Default: as everything else. */
  readonly migrateUrl?: string | undefined;
  /** True: row level security hides all tenants but those that a statement is about. Default false. */
  readonly walled?: boolean | undefined;
  /** PGlite with NODE_ENV=production. Default false. */
  readonly allowEmbedded?: boolean | undefined;
  /** The data folder that a database in memory begins with, where it can be had. Default: an empty one. */
  readonly template?: (() => Promise<Blob>) | undefined;
  /** How long a statement may wait for a free connection. Default 5,000. */
  readonly acquireMilliseconds?: number | undefined;
  /** How long a statement may run. Default 15,000. */
  readonly statementMilliseconds?: number | undefined;
  /** How long a statement may wait for a lock. Default 3,000. */
  readonly lockMilliseconds?: number | undefined;
};
