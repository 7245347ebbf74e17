/** The tables in code and the tables in the migrations are the same: a change of one without the other fails here. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { migrationsFolder } from '../../packages/core/src/migrations-folder.ts';

test('drizzle-kit finds nothing to generate; if it does, run "generate" in packages/core', async () => {
  const core = fileURLToPath(new URL('../../packages/core', import.meta.url));
  const out = await mkdtemp(join(tmpdir(), 'bursar-drift-'));
  await cp(migrationsFolder, out, { recursive: true });
  const before = await readdir(out);

  const parameters = [
    '--dialect=postgresql',
    '--schema=./src/*/schema.ts',
    `--out=${relative(core, out)}`,
  ];
  const { stdout } = await promisify(execFile)(
    join(core, 'node_modules/.bin/drizzle-kit'),
    ['generate', ...parameters],
    {
      cwd: core,
    },
  );

  // drizzle-kit exits 0 on its own failures too: its word is needed.
  expect(stdout).toContain('No schema changes');
  expect(await readdir(out)).toEqual(before);
  await rm(out, { recursive: true });
});
