/** A kit in memory begins as a copy: the same tables, from this process, from the folder, or made anew when that is broken. */
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { catalog } from '#test/kit.ts';

let home: string;
// One home for all, since each template takes seconds to make.
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'bursar-template-'));
});
beforeEach(() => void vi.stubEnv('TMPDIR', home));
afterEach(() => void vi.unstubAllEnvs());
afterAll(() => rm(home, { recursive: true, force: true }));

/** As in a process of its own: nothing is remembered from before. */
async function make(options: { schema?: string } = {}) {
  vi.resetModules();
  const { createTestBursar } = await import('../testing.ts');
  return createTestBursar({ catalog, ...options });
}

async function lives(kit: Awaited<ReturnType<typeof make>>): Promise<boolean> {
  await kit.consume({ customer: 'ann', feature: 'api-calls', amount: 3 });
  const { used } = await kit.check({ customer: 'ann', feature: 'api-calls' });
  const { ok } = await kit.ledger.verify();
  await kit.close();
  return ok && used === 3;
}

async function kept(): Promise<string[]> {
  const files = await readdir(home, { recursive: true, withFileTypes: true });
  return files.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
}

test('the first kits leave one template and no draft, later ones begin as copies', async () => {
  vi.resetModules();
  const { createTestBursar } = await import('../testing.ts');
  const kits = await Promise.all([1, 2].map(() => createTestBursar({ catalog })));
  for (const kit of kits) expect(await lives(kit)).toBe(true);
  const [path = '', ...rest] = await kept();
  const before = await readFile(path);

  expect(await lives(await make())).toBe(true);

  expect(rest).toEqual([]);
  expect(await kept()).toEqual([path]);
  expect((await readFile(path)).equals(before)).toBe(true);
});

test.each([
  ['cut short', (whole: Buffer) => whole.subarray(0, whole.length / 2)],
  ['changed in one bit', flipped],
])('a template that is %s is made anew', async (_, spoil) => {
  const [path = ''] = await kept();
  const whole = await readFile(path);
  await writeFile(path, spoil(whole));

  expect(await lives(await make())).toBe(true);

  expect(await kept()).toEqual([path]);
  expect((await readFile(path)).length).toBe(whole.length);
});

test('another schema has a template of its own', async () => {
  expect(await lives(await make({ schema: 'billing' }))).toBe(true);
  expect(await lives(await make({ schema: 'billing' }))).toBe(true);

  expect(await kept()).toHaveLength(2);
});

test.skipIf(process.platform === 'win32')(
  'a folder that others can write to is left alone',
  async () => {
    const [path = ''] = await kept();
    await chmod(dirname(path), 0o777);
    const before = await readFile(path);
    await writeFile(path, 'what others left');

    expect(await lives(await make())).toBe(true);

    expect(await readFile(path, 'utf8')).toBe('what others left');
    await chmod(dirname(path), 0o700);
    await writeFile(path, before);
  },
);

test('any kit in memory leaves one and begins so, unless it may make no tables', async () => {
  const fresh = join(home, 'fresh');
  await mkdir(fresh);
  vi.stubEnv('TMPDIR', fresh);
  vi.resetModules();
  const { createBursar } = await import('../bursar.ts');
  const options = { catalog, database: 'memory://' } as const;
  const bare = createBursar({ ...options, migrate: false });
  await expect(bare.ready()).rejects.toThrow('migrat');
  await bare.close();
  expect(await readdir(fresh)).toEqual([]);

  const kit = createBursar(options);
  await kit.ready();

  expect(await readdir(fresh, { recursive: true })).toHaveLength(2);
  await kit.close();
  await rm(fresh, { recursive: true });
});

test('where nothing can be kept a kit is made all the same', async () => {
  vi.stubEnv('TMPDIR', join(home, 'file'));
  await writeFile(join(home, 'file'), 'no folder');

  expect(await lives(await make())).toBe(true);
});

function flipped(whole: Buffer): Buffer {
  const bytes = Buffer.from(whole);
  bytes[bytes.length - 5_000] = (bytes[bytes.length - 5_000] ?? 0) ^ 1;
  return bytes;
}
