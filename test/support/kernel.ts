/**
 * A migrated database and a scope on it, for suites of one slice: no kit, no bus, no HTTP.
 *
 * Databases start as copies of a migrated one: a template database on PostgreSQL, a dumped data folder on PGlite.
 */
import { afterAll, describe } from 'vitest';
import {
  createMemory,
  type Database,
  ensureTenant,
  type Memory,
  migratedTemplate,
  type News,
  type Origin,
  openDatabase,
  openScope,
  type Ports,
  type Scope,
} from '../../packages/core/src/kernel/index.ts';
import { migrationsFolder } from '../../packages/core/src/migrations-folder.ts';
import { type Engine, migrated, postgresDatabase } from './databases.ts';
import { silentLogger } from './silent-logger.ts';

export type MigratedDatabase = {
  readonly database: Database;
  /** For further processes; null on PGlite, which has only one. */
  readonly url: string | null;
  close(): Promise<void>;
};

export type TestScope = {
  /** Default: `default`. */
  readonly tenant?: string | undefined;
  /** Default: 1 January 2026, 00:00 UTC. */
  readonly now?: Date | undefined;
  readonly actor?: string | undefined;
  readonly ports?: Partial<Ports> | undefined;
  /** What a request says of a customer who may be new. */
  readonly origin?: Origin | undefined;
  /** Shared between scopes to see what a process remembers. Default: a fresh one. */
  readonly memory?: Memory | undefined;
  /** Called with what was committed. */
  readonly publish?: ((news: readonly News[]) => void) | undefined;
};

export { silentLogger };

const template = migratedTemplate({ folder: migrationsFolder, schema: 'bursar' });

/** A new database with every table in place. */
export function migratedDatabase(engine: Engine): Promise<MigratedDatabase> {
  return engine === 'postgres' ? migratedPostgres() : migratedPglite();
}

/**
 * Runs one suite on migrated databases of both engines; `make` gives a new one at each call, closed at the end.
 */
export function describeMigrated(
  name: string,
  suite: (make: () => Promise<MigratedDatabase>, engine: Engine) => void,
  engines: readonly Engine[] = ['pglite', 'postgres'],
): void {
  describe.each(engines)(`${name} on %s`, (engine) => {
    const made: MigratedDatabase[] = [];
    afterAll(async () => {
      for (const database of made) await database.close();
    });
    suite(async () => {
      const database = await migratedDatabase(engine);
      made.push(database);
      return database;
    }, engine);
  });
}

/** A scope outside any transaction; its tenant has a row. */
export async function openTestScope(database: Database, options: TestScope = {}): Promise<Scope> {
  return openScope({
    lane: database,
    tenant: await ensureTenant(database, options.tenant ?? 'default'),
    now: options.now ?? new Date('2026-01-01T00:00:00.000Z'),
    actor: options.actor,
    origin: options.origin && (() => options.origin as Origin),
    ports: (options.ports ?? {}) as Ports,
    logger: silentLogger,
    memory: options.memory ?? createMemory(),
    publish: options.publish ?? (() => {}),
  });
}

async function migratedPostgres(): Promise<MigratedDatabase> {
  const made = await postgresDatabase(migrated);
  const database = await openDatabase(made.url, { logger: silentLogger });
  return {
    database,
    url: made.url,
    async close() {
      await database.close();
      await made.drop();
    },
  };
}

async function migratedPglite(): Promise<MigratedDatabase> {
  const database = await openDatabase('memory://', { logger: silentLogger, template });
  return { database, url: null, close: () => database.close() };
}
