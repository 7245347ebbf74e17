/**
 * Opening the database once for all who ask, migrated, and closing it once.
 *
 * A failure to open is forgotten, so that the next call tries again; after `close` nothing opens any more.
 */
import {
  ConfigurationError,
  type Database,
  DatabaseError,
  isTestClock,
  migrate,
  openDatabase,
} from '../kernel/index.ts';
import { migrationsFolder } from '../migrations-folder.ts';
import type { Options } from './options.ts';

export type Connection = {
  /** Connects and migrates. @throws {DatabaseError} It cannot be reached, or the kit is closed. */
  ready(): Promise<void>;
  /** For verbs. @throws {ConfigurationError} In production, before `ready`. */
  database(): Promise<Database>;
  /** The database once it is ready and until it is closed: verbs need not wait for it then. `null` otherwise. */
  opened(): Database | null;
  /** Safe to call twice. */
  close(): Promise<void>;
};

/**
 * No I/O until something is asked.
 * @param follow Called with the open database; what it gives is called before it is closed.
 */
export function createConnection(
  options: Options,
  follow: (database: Database) => () => Promise<void>,
): Connection {
  let opening: Promise<Database> | null = null;
  let unfollow: (() => Promise<void>) | null = null;
  let closing: Promise<void> | null = null;
  let isReady = false;
  let current: Database | null = null;

  async function connect(): Promise<Database> {
    if (closing) throw new DatabaseError('This kit is closed.');
    opening ??= openAndFollow().catch((error: unknown) => {
      opening = null;
      throw error;
    });
    return opening;
  }

  async function openAndFollow(): Promise<Database> {
    const database = await open(options);
    unfollow = follow(database);
    return database;
  }

  async function closeAll(): Promise<void> {
    if (isTestClock(options.clock)) options.clock.detach();
    const opened = await opening?.catch(() => null);
    await unfollow?.();
    await opened?.close();
  }

  return {
    async ready() {
      current = await connect();
      isReady = true;
    },
    async database() {
      if (!isReady && process.env.NODE_ENV === 'production') {
        throw new ConfigurationError(
          'With NODE_ENV=production, await bursar.ready() (or start()) before the first verb.',
        );
      }
      return connect();
    },
    opened: () => current,
    close() {
      current = null;
      closing ??= closeAll();
      return closing;
    },
  };
}

async function open({
  database: target,
  schema,
  logger,
  allowEmbedded,
  clock,
  prepare,
  directUrl,
  template,
  pool,
  migrate: apply,
}: Options): Promise<Database> {
  const database = await openDatabase(target, {
    ...{ schema, logger, allowEmbedded, prepare, template, ...pool },
    migrateUrl: directUrl,
  });
  try {
    await migrate(database, { folder: migrationsFolder, apply });
    if (isTestClock(clock)) await clock.attach(database);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}
