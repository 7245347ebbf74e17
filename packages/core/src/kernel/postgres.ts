/**
 * The handle over postgres.js. Clients are our own, also when the host hands in an open one: only its
 * address and login are taken, since hosts swap parsers and transforms on theirs.
 */
import postgres from 'postgres';
import type { Row } from './codec.ts';
import { ConfigurationError } from './errors.ts';
import { codeOf } from './failures.ts';
import type { Database, Lane, OpenDatabase } from './lane.ts';
import { listenOn } from './listen.ts';
import { type ConnectionOptions, createPool, openSlot, type Pool } from './pool.ts';
import { rewriteSchema, schemaRewriter } from './schema-name.ts';
import { inTransaction, onSlot, type Send, whileAlive } from './slots.ts';
import { walledBy } from './walled.ts';

type Client = { readonly options: object };

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
  const plain: Database = {
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
  return options.walled
    ? behindWall(plain, walledBy(pool, send, { isPooled: options.prepare === false }))
    : plain;
}

/** As nobody, and as each tenant: handles of one pool, made once for each. */
function behindWall(plain: Database, walled: ReturnType<typeof walledBy>): Database {
  const known = new Map<number, Database>();
  return {
    ...plain,
    ...walled(null),
    within(tenant) {
      const earlier = known.get(tenant);
      if (earlier) return earlier;
      if (known.size === tenantsMax) known.clear();
      const made = { ...plain, ...walled(tenant) };
      known.set(tenant, made);
      return made;
    },
  };
}

/** As many as a kit remembers. */
const tenantsMax = 10_000;

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
