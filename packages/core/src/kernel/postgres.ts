/**
 * The handle over postgres.js. Clients are our own, also when the host hands in an open one: only its
 * address and login are taken, since hosts swap parsers and transforms on theirs.
 */
import postgres from 'postgres';
import type { Row } from './codec.ts';
import { ConfigurationError } from './errors.ts';
import { codeOf, isLost, lostBefore, lostStatement, translate } from './failures.ts';
import type { Database, Lane, OpenDatabase } from './lane.ts';
import { listenOn } from './listen.ts';
import { type ConnectionOptions, createPool, openSlot, type Pool, type Slot } from './pool.ts';
import { rewriteSchema, schemaRewriter } from './schema-name.ts';
import type { Statement } from './statement.ts';
import { guardedTransaction } from './unit-of-work.ts';

type Client = { readonly options: object };
type Send = (
  client: postgres.Sql | postgres.TransactionSql,
  statement: Statement,
) => Promise<Row[]>;

/** A handle over a URL or over the address of an open client. Nothing is sent yet. */
export function openPostgres(
  target: string | Client,
  options: OpenDatabase & { schema: string },
): Database {
  const statementMilliseconds = options.statementMilliseconds ?? 15_000;
  const address = addressOf(target);
  const pool = createPool(
    { ...address, ...common(options), connection: { ...address.connection, ...settings(options) } },
    {
      connectionsMax: options.connectionsMax ?? 10,
      acquireMilliseconds: options.acquireMilliseconds ?? 5_000,
      // Above what the server allows a transaction to idle, so that the server comes first where it lives.
      patienceMilliseconds: 2.5 * statementMilliseconds,
    },
  );
  const send = sender(options);
  return {
    kind: 'postgres',
    schema: options.schema,
    query: (statement) =>
      onSlot(pool, (slot) => whileAlive(slot, () => send(slot.client, statement))),
    transaction: (work) => onSlot(pool, (slot) => inTransaction(slot, send, work)),
    session: (work) =>
      onSession(options.migrateUrl ? addressOf(options.migrateUrl) : address, options, work),
    listen: (channel, ear) =>
      listenOn(
        { ...(options.migrateUrl ? addressOf(options.migrateUrl) : address), ...common(options) },
        channel,
        ear,
      ),
    ping: () => ping(pool),
    close: () => pool.close(),
  };
}

function sender(options: OpenDatabase & { schema: string }): Send {
  const rewrite = schemaRewriter(options.schema);
  const how = { prepare: options.prepare !== false, simple: false };
  return (client, { text, values }) =>
    client.unsafe(
      rewrite(text),
      values as postgres.ParameterOrJSON<never>[],
      how,
    ) as unknown as Promise<Row[]>;
}

async function onSlot<T>(pool: Pool, work: (slot: Slot) => Promise<T>): Promise<T> {
  const taken = pool.take();
  const slot = taken instanceof Promise ? await taken : taken;
  try {
    return await work(slot);
  } catch (error) {
    // It closes in a moment: the next one must not be sent over it, and be told that it may have been carried out.
    if (isLost(error)) slot.lost = true;
    throw translate(error);
  } finally {
    pool.give(slot);
  }
}

/**
 * A statement by itself, for as long as its connection lives. The driver may leave it waiting when the connection closes
 * at the wrong moment; that it has closed is always told.
 */
function whileAlive<T>(slot: Slot, send: () => PromiseLike<T>): Promise<T> {
  if (slot.lost) return Promise.reject(lostBefore());
  return new Promise((resolve, reject) => {
    slot.onLost = (cause) => reject(lostStatement(cause));
    send().then(resolve, reject);
  });
}

function inTransaction<T>(slot: Slot, send: Send, work: (lane: Lane) => Promise<T>): Promise<T> {
  if (slot.lost) return Promise.reject(lostBefore());
  return guardedTransaction<postgres.TransactionSql, T>({
    watch: slot,
    begin: (guarded) => slot.client.begin('isolation level read committed', guarded) as Promise<T>,
    send,
    work,
  });
}

async function ping(pool: Pool): Promise<void> {
  await onSlot(pool, (slot) => whileAlive(slot, () => slot.client.unsafe('select 1')));
}

async function onSession<T>(
  address: ConnectionOptions,
  options: OpenDatabase & { schema: string },
  work: (lane: Lane) => Promise<T>,
): Promise<T> {
  const slot = openSlot({ ...address, ...common(options) }, Number.POSITIVE_INFINITY);
  const send: Send = (client, { text, values }) =>
    client.unsafe(rewriteSchema(text, options.schema), [
      ...values,
    ] as never[]) as unknown as Promise<Row[]>;
  try {
    return await inTransaction(slot, send, work);
  } finally {
    await slot.client.end({ timeout: slot.lost ? 0 : 5 });
  }
}

/** Instants stay text, for the one decoder: `infinity` is no Date. */
const types = {
  instant: { to: 1184, from: [1082, 1114, 1184], serialize: String, parse: (text: string) => text },
};

function common(options: OpenDatabase): ConnectionOptions {
  return {
    prepare: options.prepare !== false,
    fetch_types: false,
    max_pipeline: 1,
    connect_timeout: 10,
    idle_timeout: null,
    max_lifetime: null,
    types: types as never,
    onnotice: () => {},
  } as unknown as ConnectionOptions;
}

/** A pooler that loses prepared statements refuses these too: with `prepare: false` they belong on the role. */
function settings(options: OpenDatabase): Record<string, string> {
  if (options.prepare === false) return { application_name: 'bursar', TimeZone: 'UTC' };
  const statement = options.statementMilliseconds ?? 15_000;
  return {
    application_name: 'bursar',
    TimeZone: 'UTC',
    statement_timeout: String(statement),
    lock_timeout: String(options.lockMilliseconds ?? 3_000),
    idle_in_transaction_session_timeout: String(2 * statement),
  };
}

/** What of an open client says where to connect and as whom. */
function addressOf(target: string | Client): ConnectionOptions {
  if (typeof target === 'string') return parseUrl(target);
  const { host, port, path, database, user, pass, ssl, socket, connection, target_session_attrs } =
    target.options as Record<string, unknown>;
  return {
    host,
    port,
    path,
    database,
    user,
    pass,
    ssl,
    socket,
    connection,
    target_session_attrs,
  } as ConnectionOptions;
}

/** postgres.js reads the URL; a client that never connects tells what it read. */
function parseUrl(url: string): ConnectionOptions {
  try {
    return addressOf(postgres(url, { max: 1 }));
  } catch (error) {
    // Without the cause, which repeats the URL with its password.
    throw new ConfigurationError('The database URL cannot be read.', { reason: codeOf(error) });
  }
}
