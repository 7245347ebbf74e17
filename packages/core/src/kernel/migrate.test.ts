/** Migrations on both databases: applied once, refused when they differ. */
import { expect, test } from 'vitest';
import { describeMigrated } from '#test/kernel.ts';
import { migrationsFolder } from '../migrations-folder.ts';
import { migrate } from './index.ts';
import { sql } from './statement.ts';

describeMigrated('a migrated database', (make) => {
  test('has every table, and migrating it again changes nothing', async () => {
    const { database } = await make();

    await migrate(database, { folder: migrationsFolder });

    const rows = await database.query(
      sql`select count(*)::int as tables from information_schema.tables where table_schema = 'bursar'`,
    );
    expect(rows).toEqual([{ tables: 25 }]);
  });
});
