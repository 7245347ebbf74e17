/**
 * The guides and the packages' READMEs: their snippets compile, those with an output give it, their links lead somewhere,
 * the ways to migrate end in one schema, and every error code has its line.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createBursar, defineCatalog } from '@bursar/core';
import postgres from 'postgres';
import { afterAll, describe, expect, test } from 'vitest';
import { kindOfCode, statusOf } from '../../packages/core/src/kernel/error-codes.ts';
import { postgresDatabase } from '../support/databases.ts';
import { startProcess } from '../support/processes.ts';
import { compile, root, type Snippet, snippetsOf } from './snippets.ts';

const names = [
  ...[
    'migrations',
    'mounting',
    'who-asks',
    'adopting',
    'selling',
    'profiles',
    'rewarding',
    'operating',
  ],
  'observability',
];
const guides = [...names, 'errors'].map((name) => `packages/core/docs/${name}.md`);
const texts = [
  ...['core', 'fastify', 'express', 'stripe'].map((name) => `packages/${name}/README.md`),
  ...guides,
];
const billing = snippetsOf('README.md').snippets.find(
  ({ name }) => name === 'billing.ts',
) as Snippet;
const snippets = texts.flatMap((path) => snippetsOf(path).snippets);

test('every TypeScript block names its file, no two alike, and compiles', {
  timeout: 120_000,
}, () => {
  const blocks = texts.reduce((sum, path) => sum + snippetsOf(path).count, 0);

  expect(snippets.length).toBe(blocks);
  expect(new Set(snippets.map(({ name }) => name)).size).toBe(blocks);
  expect(compile([billing, ...snippets])).toEqual([]);
});

test.each(texts)('%s links to files that are there', (path) => {
  for (const [, link = ''] of readFileSync(root + path, 'utf8').matchAll(/\]\(([^)#]+)[^)]*\)/g))
    expect(existsSync(join(root, dirname(path), link)), link).toBe(true);
});

describe('a snippet', () => {
  // Below the suites' folder, so that what it imports is found.
  const folder = mkdtempSync(`${root}test/node_modules/.snippets-`);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  for (const { name, text } of [billing, ...snippets]) writeFileSync(join(folder, name), text);

  async function output(name: string, env: Record<string, string>): Promise<string> {
    const { status, output, errors } = await startProcess(pathToFileURL(join(folder, name)), {
      env,
    }).ended;
    expect([status, errors]).toEqual([0, '']);
    return output;
  }

  test.each(snippets.filter((one) => one.output !== undefined))(
    '$name gives the output below it',
    { timeout: 60_000 },
    async ({ name, output: expected }) => {
      expect(await output(name, { DATABASE_URL: 'memory://' })).toBe(expected);
    },
  );

  const catalog = defineCatalog({
    features: { calls: { kind: 'metered' } },
    plans: { free: { default: true, period: 'P1M', features: { calls: { quota: 2 } } } },
  });

  test.each(['migrate-job.ts', 'with-drizzle.ts', 'print-sql.ts'])(
    '%s makes a schema on which a role without the right to create anything works',
    { timeout: 60_000 },
    async (name) => {
      const { url, drop } = await postgresDatabase();
      const sql = postgres(url, { max: 1, onnotice: () => {} });
      const role = `bursar_docs_${name.replace(/\W/g, '_')}_${process.pid}`;
      const behind = createBursar({ catalog, database: url, migrate: false });
      await expect(behind.ready()).rejects.toMatchObject({ code: 'configuration' });
      await behind.close();

      const printed = await output(name, { DATABASE_URL: url, MIGRATE_DATABASE_URL: url });
      if (name === 'print-sql.ts') await sql.unsafe(printed).simple();
      await sql
        .unsafe(`create role ${role} login password 'x'; grant usage on schema bursar to ${role};
        grant select, insert, update, delete on all tables in schema bursar to ${role};
        grant usage on all sequences in schema bursar to ${role}`)
        .simple();
      const address = new URL(url);
      Object.assign(address, { username: role, password: 'x' });
      const bursar = createBursar({ catalog, database: address.href, migrate: false });
      const spent = await bursar.consume({ customer: 'ann', feature: 'calls' });
      const verdict = await bursar.ledger.verify();
      await bursar.close();
      await sql.unsafe(`drop owned by ${role}; drop role ${role}`).simple();
      await sql.end();
      await drop();

      expect([spent.available, verdict.ok]).toEqual([1, true]);
    },
  );
});

test('every error code has its line with kind and status, and no line more', () => {
  const lines = readFileSync(`${root}packages/core/docs/errors.md`, 'utf8').matchAll(
    /^\| `(\w+)` \| (\w+) \| (\d+) \| (.+?) \|(?: (.+))? \|$/gm,
  );
  const told = [...lines].map(([, code, kind, status, cause = '', cure]) => ({
    ...{ code, kind, status: Number(status) },
    isThrown: !cause.startsWith('not thrown yet'),
    isCured: cure !== undefined,
  }));
  const sources = ['core', 'fastify', 'express', 'stripe']
    .map((name) => `${root}packages/${name}/src`)
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
    )
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');

  expect(told).toEqual(
    Object.entries(kindOfCode).map(([code, kind]) => {
      const isThrown = sources.includes(`readonly code = '${code}'`);
      return { code, kind, status: statusOf(code as never), isThrown, isCured: isThrown };
    }),
  );
});
