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
  raiseWall,
  refuseBound,
} from '../kernel/index.ts';
import { migrationsFolder } from '../migrations-folder.ts';
import type { Options } from './options.ts';

export type Connection = {
  /** Connects and migrates. @throws {DatabaseError} It cannot be reached, or the kit is closed. */
  ready(): Promise<void>;
  /** For verbs. @throws {ConfigurationError} In production, before `ready`. */
  database(): Promise<Database>;
  /** Through which all tenants' rows are seen: the same, or with a wall between them the owner's. */
  overview(): Promise<Database>;
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
  let opening: Promise<Opened> | null = null;
  let unfollow: (() => Promise<void>) | null = null;
  let closing: Promise<void> | null = null;
  let isReady = false;
  let current: Database | null = null;

  async function connect(): Promise<Opened> {
    if (closing) throw new DatabaseError('This kit is closed.');
    opening ??= openAndFollow().catch((error: unknown) => {
      opening = null;
      throw error;
    });
    return opening;
  }

  async function openAndFollow(): Promise<Opened> {
    const opened = await openAll(options);
    unfollow = follow(opened.database);
    return opened;
  }

  function connectInTime(): Promise<Opened> {
    if (!isReady && process.env.NODE_ENV === 'production') {
      throw new ConfigurationError(
        'With NODE_ENV=production, await bursar.ready() (or start()) before the first verb.',
      );
    }
    return connect();
  }

  async function closeAll(): Promise<void> {
    if (isTestClock(options.clock)) options.clock.detach();
    const opened = await opening?.catch(() => null);
    await unfollow?.();
    if (opened) await closeBoth(opened);
  }

  return {
    async ready() {
      current = (await connect()).database;
      isReady = true;
    },
    database: async () => (await connectInTime()).database,
    overview: async () => (await connectInTime()).overview,
    opened: () => current,
    close() {
      current = null;
      closing ??= closeAll();
      return closing;
    },
  };
}

/** Both are one, unless a wall stands between tenants. */
type Opened = { readonly database: Database; readonly overview: Database };

async function openAll(options: Options): Promise<Opened> {
  const database = await openOne(options, options.database);
  let overview = database;
  try {
    if (options.rls) overview = await openOverview(options);
    await prepare(options, { database, overview });
    return { database, overview };
  } catch (error) {
    await closeBoth({ database, overview });
    throw error;
  }
}

function openOne(options: Options, target: unknown): Promise<Database> {
  const { schema, logger, allowEmbedded, prepare, directUrl, template, pool, rls } = options;
  const common = { schema, logger, allowEmbedded, prepare, template, ...pool };
  return openDatabase(target, { ...common, migrateUrl: directUrl, walled: rls });
}

/** What is looked for in all tenants is one statement after another: of two connections one is for what takes long. */
function openOverview({ schema, logger, pool, directUrl }: Options): Promise<Database> {
  return openDatabase(directUrl, { ...pool, schema, logger, connectionsMax: 2 });
}

async function prepare(options: Options, { database, overview }: Opened): Promise<void> {
  const { clock, migrate: apply, rls } = options;
  await migrate(overview, { folder: migrationsFolder, apply });
  if (rls) await raiseWall({ login: database, owner: overview, apply });
  else if (database.kind === 'postgres') await refuseBound(database);
  if (isTestClock(clock)) await clock.attach(overview);
}

async function closeBoth({ database, overview }: Opened): Promise<void> {
  await database.close();
  if (overview !== database) await overview.close();
}
