/**
 * The host's open transaction as a lane: the kit's statements become part of it and share its fate.
 *
 * Errors stay the driver's own: the transaction is the host's to judge.
 */
import { ConfigurationError } from './errors.ts';
import {
  has,
  type Loose,
  overPg,
  overPglite,
  overPostgresJs,
  overQueryClient,
  type Send,
} from './host-senders.ts';
import type { Lane } from './lane.ts';
import { schemaRewriter } from './schema-name.ts';
import type { Statement } from './statement.ts';
import { saysWhose } from './walled.ts';

/**
 * A client with a transaction open on it: pg's `Client` and `PoolClient`, PGlite's `Transaction`, or one line around
 * anything else. Not a pool and not a database: their statements would land outside the transaction.
 */
export type QueryClient = {
  // biome-ignore lint/suspicious/noExplicitAny: what drivers take and give differs; the codec reads it.
  query(text: string, values?: any[]): Promise<{ rows: readonly any[] }>;
  totalCount?: never;
  transaction?: never;
  begin?: never;
};

/** What postgres.js hands to `sql.begin`'s callback. */
export type PostgresJsTransaction = {
  // biome-ignore lint/suspicious/noExplicitAny: postgres.js's own generics say nothing here.
  unsafe(text: string, values?: any[], options?: any): any;
  // biome-ignore lint/suspicious/noExplicitAny: only its presence counts.
  savepoint: (...parameters: any[]) => any;
  begin?: never;
};

/** What Drizzle hands to `db.transaction`'s callback, over postgres.js, PGlite or pg. */
export type DrizzleTransaction = {
  // biome-ignore lint/suspicious/noExplicitAny: only its presence counts.
  execute: (...parameters: any[]) => any;
  rollback(): never;
  $client?: never;
};

export type HostTransaction = QueryClient | PostgresJsTransaction | DrizzleTransaction;

/**
 * A lane into the host's transaction.
 * @param options.walled True: it says whose rows each statement is about, should the host's role be one that is shown no others.
 * @throws {ConfigurationError} It is a pool, a database, or nothing the kit knows.
 */
export function adaptTransaction(
  transaction: HostTransaction,
  { schema = 'bursar', walled = false } = {},
): Lane {
  const send = senderFor(transaction as unknown);
  const rewrite = schemaRewriter(schema);
  const lane = { query: ({ text, values }: Statement) => send(rewrite(text), values) };
  return walled ? inTurnOn(transaction, lane) : lane;
}

/** What is said of tenants is said to the whole transaction: all lanes into one are one, so that they take turns. */
function inTurnOn(transaction: HostTransaction, lane: Lane): Lane {
  const known = walledLanes.get(transaction);
  if (known) return known;
  const made = saysWhose(lane, null, null);
  walledLanes.set(transaction, made);
  return made;
}

const walledLanes = new WeakMap<object, Lane>();

function senderFor(given: unknown): Send {
  if (given === null || (typeof given !== 'object' && typeof given !== 'function'))
    throw unknownHandle();
  const handle = given as Loose;
  refusePoolsAndDatabases(handle);
  if (has(handle, 'savepoint') && has(handle, 'unsafe')) return overPostgresJs(handle);
  if (has(handle, 'execute') && has(handle, 'rollback')) return overDrizzle(handle);
  if (!has(handle, 'query')) throw unknownHandle();
  if (has(handle, 'exec') && has(handle, 'rollback')) return overPglite(handle);
  return has(handle, 'getTypeParser') ? overPg(handle) : overQueryClient(handle);
}

function refusePoolsAndDatabases(handle: Loose): void {
  const isPool = 'totalCount' in handle || ('idleCount' in handle && 'waitingCount' in handle);
  const isDatabase = '$client' in handle || has(handle, 'begin') || has(handle, 'execProtocolRaw');
  if (!isPool && !isDatabase) return;
  throw new ConfigurationError(
    `using(tx) takes an open transaction, not a ${isPool ? 'pool' : 'database'}: pass what its transaction function gives you, or a client after BEGIN.`,
  );
}

function unknownHandle(): ConfigurationError {
  return new ConfigurationError(
    'using(tx) takes a Drizzle, postgres.js or PGlite transaction, a pg client, or { query(text, values): Promise<{ rows }> }.',
  );
}

/** Drizzle keeps the driver's transaction on its session; nested ones share it. */
function overDrizzle(handle: Loose): Send {
  const session = handle.session as Loose | undefined;
  const client = session?.client as unknown;
  if (client === undefined || client === null) throw unknownHandle();
  return senderFor(client);
}
