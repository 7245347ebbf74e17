/** Migrations on both databases: applied once, all or nothing, and refused where they would not fit. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeEmptyDatabases } from '#test/databases.ts';
import { describeMigrated, silentLogger } from '#test/kernel.ts';
import { migrationsFolder } from '../migrations-folder.ts';
import { openDatabase } from './database.ts';
import type { Database } from './lane.ts';
import { migrate, readMigrations } from './migrate.ts';
import { sql } from './statement.ts';

const refused = expect.objectContaining({ code: 'configuration' });

describe('the migrations of the package', () => {
  test('begin by saying why, and their times only grow', async () => {
    const migrations = await readMigrations(migrationsFolder);

    for (const migration of migrations) expect(migration.text).toMatch(/^-- Why: .{20}/);
    const times = migrations.map((migration) => migration.when);
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
  });
});

describeMigrated('a migrated database', (make) => {
  test('is migrated again without effect', async () => {
    const { database } = await make();
    const applied = sql`select id, hash, created_at from bursar.migrations order by id limit 100`;
    const before = await database.query(applied);

    await migrate(database, { folder: migrationsFolder });
    await migrate(database, { folder: migrationsFolder, apply: false });

    expect(await database.query(applied)).toEqual(before);
  });
});

describeEmptyDatabases('migrating', (makeUrl) => {
  let home: string;
  let database: Database;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'bursar-migrations-'));
    database = await openDatabase(await makeUrl(), { logger: silentLogger });
  });
  afterAll(async () => {
    await database.close();
    await rm(home, { recursive: true, force: true });
  });

  /** A folder in drizzle-kit's format, with these texts. */
  async function folderOf(name: string, texts: readonly string[]): Promise<string> {
    const folder = join(home, name);
    await mkdir(join(folder, 'meta'), { recursive: true });
    const entries = texts.map((_, index) => ({
      idx: index,
      when: 1_000 + index,
      tag: `${index}_step`,
    }));
    await writeFile(join(folder, 'meta/_journal.json'), JSON.stringify({ entries }));
    for (const [index, text] of texts.entries())
      await writeFile(join(folder, `${index}_step.sql`), text);
    return folder;
  }

  const first =
    '-- Why: a.\ncreate table "bursar"."a" (id int);--> statement-breakpoint\ncreate table "bursar"."b" (id int);';
  const second = '-- Why: c.\ncreate table "bursar"."c" (id int);';

  function tables(): Promise<unknown[]> {
    return database.query(
      sql`select table_name as name from information_schema.tables where table_schema = 'bursar' order by 1 limit 100`,
    );
  }

  test('goes step by step, all that is pending or nothing, and never past what the code knows', async () => {
    const broken = await folderOf('broken', [
      first,
      'create table "bursar"."c" (id int); select 1 / 0;',
    ]);
    const one = await folderOf('one', [first]);
    const two = await folderOf('two', [first, second]);
    const edited = await folderOf('edited', [`${first} `, second]);

    await expect(migrate(database, { folder: one, apply: false })).rejects.toEqual(refused);
    await expect(migrate(database, { folder: broken })).rejects.toMatchObject({ code: '22012' });
    expect(await tables()).toEqual([]);

    await migrate(database, { folder: one });
    await expect(migrate(database, { folder: two, apply: false })).rejects.toEqual(refused);
    await Promise.all([migrate(database, { folder: two }), migrate(database, { folder: two })]);
    expect(await tables()).toEqual([
      { name: 'a' },
      { name: 'b' },
      { name: 'c' },
      { name: 'migrations' },
    ]);

    await expect(migrate(database, { folder: one })).rejects.toEqual(refused);
    await expect(migrate(database, { folder: edited })).rejects.toEqual(refused);
  });

  test('puts everything into the schema that was configured', async () => {
    const other = await openDatabase(await makeUrl(), {
      logger: silentLogger,
      schema: 'billing_2',
    });

    await migrate(other, { folder: migrationsFolder });
    await migrate(other, { folder: migrationsFolder, apply: false });

    const rows = await other.query(sql`
      select count(*) filter (where table_schema = 'billing_2')::int as ours, count(*)::int as all
        from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema')`);
    expect(rows).toEqual([{ ours: rows[0]?.all, all: rows[0]?.all }]);
    expect(rows[0]?.ours).toBeGreaterThan(30);
    const words = await other.query(sql`
      select count(*)::int as left from pg_constraint where pg_get_constraintdef(oid) like ${'%bursar%'}`);
    expect(words).toEqual([{ left: 0 }]);
    await other.close();
  });
});
