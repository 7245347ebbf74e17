/**
 * Bringing the schema to what this code knows, once, whoever comes first.
 *
 * The folder is in drizzle-kit's format. Everything pending is one transaction under an advisory lock, so of
 * many processes that boot together one migrates and the others find it done.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { integer, type Row, text } from './codec.ts';
import { ConfigurationError } from './errors.ts';
import type { Database, Lane } from './lane.ts';
import { sql } from './statement.ts';

export type Migrate = {
  readonly folder: string;
  /** False: only check, and refuse a schema that is behind. Default true. */
  readonly apply?: boolean | undefined;
};

/** One step, as the folder holds it. */
export type Migration = {
  readonly tag: string;
  readonly when: number;
  readonly hash: string;
  readonly text: string;
};
type Applied = { readonly hash: string; readonly when: number };

/**
 * Applies what is pending, all or nothing.
 *
 * @throws {ConfigurationError} The database is newer than this code, was migrated by other files of the same
 *   name, or is behind and `apply` is false. Nothing was changed.
 * @throws {DatabaseError} The database cannot be reached.
 */
export async function migrate(
  database: Database,
  { folder, apply = true }: Migrate,
): Promise<void> {
  const known = await readMigrations(folder);
  if (pending(known, await readApplied(database, database.schema)).length === 0) return;
  if (!apply) throw behind(database.schema);
  await database.session(async (lane) => {
    await lane.query(
      sql`select pg_advisory_xact_lock(hashtextextended(${`bursar migrate ${database.schema}`}, 0))`,
    );
    await lane.query({ text: journalTable, values: [] });
    for (const migration of pending(known, await readApplied(lane, database.schema)))
      await applyOne(lane, migration);
  });
}

/** The migrations of the folder, oldest first. */
export async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const journal = JSON.parse(await readFile(join(folder, 'meta/_journal.json'), 'utf8')) as {
    entries: readonly { tag: string; when: number }[];
  };
  return Promise.all(
    journal.entries.map(async ({ tag, when }) => {
      const text = await readFile(join(folder, `${tag}.sql`), 'utf8');
      return { tag, when, text, hash: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

// drizzle's own journal has these columns; ours stands in the kit's schema, so that it is shared with nobody.
const journalTable = `
  create schema if not exists "bursar";
  create table if not exists "bursar"."migrations" (
    id serial primary key,
    hash text not null,
    created_at bigint not null
  )`;

async function readApplied(lane: Lane, schema: string): Promise<readonly Applied[]> {
  const journal = await lane.query(
    sql`select to_regclass(${`"${schema}"."migrations"`}) is not null as present`,
  );
  if (journal[0]?.present !== true) return [];
  const rows = await lane.query(
    sql`select hash, created_at from bursar.migrations order by id limit 10000`,
  );
  return rows.map((row: Row) => ({ hash: text(row.hash), when: integer(row.created_at) }));
}

/** What of `known` is not applied, after making sure that all that is applied is known. */
function pending(known: readonly Migration[], applied: readonly Applied[]): readonly Migration[] {
  applied.forEach((step, index) => {
    const same = known[index];
    if (!same) throw newer(applied.length, known.length);
    if (same.hash !== step.hash) throw differs(same.tag);
  });
  return known.slice(applied.length);
}

async function applyOne(lane: Lane, migration: Migration): Promise<void> {
  await lane.query({ text: migration.text, values: [] });
  await lane.query(
    sql`insert into bursar.migrations (hash, created_at) values (${migration.hash}, ${migration.when}::bigint)`,
  );
}

function newer(applied: number, known: number): ConfigurationError {
  return new ConfigurationError(
    `The database has ${applied} migrations and this version of @bursar/core knows ${known}: update the package.`,
    { applied, known },
  );
}

function differs(tag: string): ConfigurationError {
  return new ConfigurationError(
    `Migration ${tag} was applied with other content than this version of @bursar/core has: use the version that made the schema, or a new schema.`,
    { tag },
  );
}

function behind(schema: string): ConfigurationError {
  return new ConfigurationError(
    `Schema ${schema} is behind this version of @bursar/core, and migrate is false: apply its migrations first.`,
    { schema },
  );
}
