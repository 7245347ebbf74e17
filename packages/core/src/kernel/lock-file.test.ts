/** The lock beside a PGlite folder: who holds it, and whom it may be taken from. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { lockFolder } from './lock-file.ts';

let home: string;
let folder: string;
let count = 0;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'bursar-lock-'));
});
beforeEach(() => {
  folder = join(home, `data-${++count}`);
});
afterAll(() => rm(home, { recursive: true, force: true }));

const inUse = expect.objectContaining({ code: 'configuration' });

test('a folder is locked once, and again when it was given back', async () => {
  const unlock = await lockFolder(folder);

  await expect(lockFolder(folder)).rejects.toEqual(inUse);
  await unlock();

  await (await lockFolder(folder))();
});

test('a live process keeps it', async () => {
  await writeFile(`${folder}.lock`, JSON.stringify({ pid: process.ppid, startedAt: 0 }));

  await expect(lockFolder(folder)).rejects.toThrow(`process ${process.ppid}`);
});

test.each([
  ['a process that is gone', JSON.stringify({ pid: 2 ** 30, startedAt: 0 })],
  [
    'an earlier process of the same pid, as in a container',
    JSON.stringify({ pid: process.pid, startedAt: 12 }),
  ],
  ['a crash while it was written', '{"pid"'],
  ['nobody', ''],
])('it is taken over from %s', async (_, content) => {
  await writeFile(`${folder}.lock`, content);

  const unlock = await lockFolder(folder);

  expect(JSON.parse(await readFile(`${folder}.lock`, 'utf8'))).toMatchObject({ pid: process.pid });
  await unlock();
});

test('of many that find it stale one gets it, and nothing is left behind', async () => {
  for (let round = 0; round < 20; round += 1) {
    await writeFile(`${folder}.lock`, JSON.stringify({ pid: 2 ** 30, startedAt: 0 }));

    const ends = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));

    const won = ends.filter((end) => end.status === 'fulfilled');
    expect(won).toHaveLength(1);
    await won[0]?.value();
  }
  expect((await readdir(home)).filter((name) => name.startsWith(`data-${count}.`))).toEqual([]);
});
