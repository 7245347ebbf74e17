/**
 * Databases for the suites: a fresh one per call, on real PostgreSQL or embedded.
 *
 * `describeDatabases` runs a suite on both engines, which is the rule; `postgresDatabase` is for what locks or
 * races, because the embedded database has one connection and cannot.
 */
import postgres from 'postgres';
import { afterAll, describe, inject } from 'vitest';
import { migrate, openDatabase } from '../../packages/core/src/kernel/index.ts';
import { migrationsFolder } from '../../packages/core/src/migrations-folder.ts';
import './provided.ts';
import { silentLogger } from './silent-logger.ts';

export type Engine = 'pglite' | 'postgres';

export type PostgresDatabase = {
  readonly url: string;
  /** Ends what is still connected and drops the database. A second call does nothing. */
  drop(): Promise<void>;
};

/** A database that others start as copies of. */
export type Template = {
  /** Short, lower-case letters, digits and underscores: one template per name and run. */
  readonly name: string;
  /** Fills the template. Runs once per run, in whichever suite comes first, and must leave no connection. */
  readonly prepare: (url: string) => Promise<void>;
};

/** Every table in place and nothing in it: a copy is there in a third of the time that making the tables takes. */
export const migrated: Template = {
  name: 'migrated',
  async prepare(url) {
    const database = await openDatabase(url, { logger: silentLogger });
    await migrate(database, { folder: migrationsFolder });
    await database.close();
  },
};

let created = 0;

/**
 * Creates a database on the run's PostgreSQL and says where it is.
 *
 * @param template Without one the database is empty.
 */
export async function postgresDatabase(template?: Template): Promise<PostgresDatabase> {
  const source = template ? await templateDatabase(template) : 'template0';
  created += 1;
  const name = `${inject('databasePrefix')}_${process.pid}_${created}`;
  await administer((admin) => admin`create database ${admin(name)} template ${admin(source)}`);
  return { url: urlOf(name), drop: () => dropDatabase(name) };
}

/** A new database at each call: `memory://` or `postgres://`. */
export type MakeUrl = () => Promise<string>;

/**
 * Runs one suite on the embedded database and on real PostgreSQL.
 *
 * @param suite On PostgreSQL `makeUrl` gives databases that have their tables. What it made is dropped after the suite, after
 *   the suite's own `afterAll`.
 */
export function describeDatabases(
  name: string,
  suite: (makeUrl: MakeUrl, engine: Engine) => void,
): void {
  describe(`${name} on pglite`, () => suite(async () => 'memory://', 'pglite'));
  describePostgres(`${name} on postgres`, (makeUrl) => suite(makeUrl, 'postgres'));
}

/** The half of `describeDatabases` for what locks or races: real PostgreSQL only. */
export function describePostgres(name: string, suite: (makeUrl: MakeUrl) => void): void {
  describe(name, () => suite(made(migrated)));
}

/** As `describeDatabases`, for what makes the tables itself: databases are empty. */
export function describeEmptyDatabases(name: string, suite: (makeUrl: MakeUrl) => void): void {
  describe(`${name} on pglite`, () => suite(async () => 'memory://'));
  describeEmptyPostgres(`${name} on postgres`, suite);
}

/** The half of `describeEmptyDatabases` on real PostgreSQL. */
export function describeEmptyPostgres(name: string, suite: (makeUrl: MakeUrl) => void): void {
  describe(name, () => suite(made()));
}

/** Called inside a `describe`, first of all: vitest runs what is after its tests in reverse. */
function made(template?: Template): MakeUrl {
  const databases: PostgresDatabase[] = [];
  afterAll(async () => {
    for (const database of databases) await database.drop();
  });
  return async () => {
    const database = await postgresDatabase(template);
    databases.push(database);
    return database.url;
  };
}

/** Workers race for it: the advisory lock lets one prepare it and the others find it done. */
async function templateDatabase(template: Template): Promise<string> {
  const name = `${inject('databasePrefix')}_of_${template.name}`;
  await administer(async (admin) => {
    await admin`select pg_advisory_lock(hashtext(${name}))`;
    const [found] = await admin`select datistemplate from pg_database where datname = ${name}`;
    if (found?.datistemplate) return;
    await admin`drop database if exists ${admin(name)} with (force)`;
    await admin`create database ${admin(name)} template template0`;
    await template.prepare(urlOf(name));
    await admin`alter database ${admin(name)} is_template true`;
  });
  return name;
}

async function dropDatabase(name: string): Promise<void> {
  await administer((admin) => admin`drop database if exists ${admin(name)} with (force)`);
}

/** One connection, closed afterwards: hundreds of suites share the server's few. */
async function administer(work: (admin: postgres.Sql) => Promise<unknown>): Promise<void> {
  const admin = postgres(inject('postgresAdminUrl'), { max: 1, onnotice: () => {} });
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}

function urlOf(name: string): string {
  const url = new URL(inject('postgresAdminUrl'));
  url.pathname = `/${name}`;
  return url.href;
}
