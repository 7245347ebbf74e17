/** Many processes that boot at once on an empty database: one migrates, all are ready. */
import postgres from 'postgres';
import { expect, test } from 'vitest';
import { readMigrations } from '../../packages/core/src/kernel/migrate.ts';
import { migrationsFolder } from '../../packages/core/src/migrations-folder.ts';
import { describeEmptyPostgres } from '../support/databases.ts';
import { startProcess } from '../support/processes.ts';

describeEmptyPostgres('an empty database', (makeUrl) => {
  test('is ready for 8 processes that boot at once, each migration applied once', {
    timeout: 120_000,
  }, async () => {
    const url = await makeUrl();
    const script = new URL('./boot.process.ts', import.meta.url);
    const processes = Array.from({ length: 8 }, () => startProcess(script, { parameters: [url] }));
    for (const booting of processes) expect(await booting.line()).toBe('loaded');

    for (const booting of processes) booting.tell('go');
    const ends = await Promise.all(processes.map((booting) => booting.ended));

    expect(ends.map(({ status, errors }) => [status, errors])).toEqual(ends.map(() => [0, '']));
    const client = postgres(url, { max: 1 });
    const applied = await client`select hash from bursar.migrations order by id`;
    await client.end();
    const known = await readMigrations(migrationsFolder);
    expect(applied.map((row) => row.hash)).toEqual(known.map((migration) => migration.hash));
  });
});
