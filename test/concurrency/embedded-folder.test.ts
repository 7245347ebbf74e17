/** A folder of the embedded database belongs to one process, until that process is gone. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../packages/core/src/kernel/index.ts';
import { startProcess } from '../support/processes.ts';
import { silentLogger } from '../support/silent-logger.ts';

const script = new URL('./hold-folder.process.ts', import.meta.url);
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'bursar-folder-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

function open(folder: string) {
  return openDatabase(`file:${folder}`, { logger: silentLogger });
}

test('a second process is told who has it; a killed holder is succeeded and nothing of its work is lost', {
  timeout: 120_000,
}, async () => {
  const folder = join(home, 'data');
  const holder = startProcess(script, { parameters: [folder] });
  expect(await holder.line()).toBe('open');

  await expect(open(folder)).rejects.toMatchObject({
    code: 'configuration',
    message: expect.stringContaining(`process ${holder.pid}`),
  });

  holder.kill('SIGKILL');
  await holder.ended;
  const successor = await open(folder);
  expect(await successor.query({ text: 'select pid from marks', values: [] })).toEqual([
    { pid: holder.pid },
  ]);
  await expect(open(folder)).rejects.toMatchObject({ code: 'configuration' });
  await successor.close();

  const again = startProcess(script, { parameters: [folder] });
  expect(await again.line()).toBe('open');
  again.tell('close');
  expect(await again.ended).toMatchObject({ status: 0, errors: '' });
  expect(await readdir(home)).toEqual(['data']);
});
