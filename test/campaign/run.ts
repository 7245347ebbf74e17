/**
 * `npm run campaign`: the suites whose short forms are part of `npm test`, at their full sizes and with seeds of their
 * own: property runs and lives at random, backends, spending and consuming processes killed and servers restarted under load, races, requests made from the
 * OpenAPI document.
 *
 * Every parameter can be set in the environment; the status is vitest's own. It takes many minutes.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sizes = {
  BURSAR_PROPERTY_RUNS: '3000',
  BURSAR_BACKEND_KILLS: '20',
  BURSAR_SERVER_RESTARTS: '10',
  BURSAR_PROCESS_KILLS: '50',
  BURSAR_CHANGES: '10000',
  BURSAR_DELIVERIES: '500',
  BURSAR_RACES: '2500',
  BURSAR_LIVES: '400',
  BURSAR_REQUESTS_EACH: '500',
  BURSAR_SEED: String(Date.now() % 2 ** 31),
};
const suites = [
  ...['test/properties', 'test/concurrency', 'test/contract/openapi-fuzz.test.ts'],
  'packages/core/src/subscriptions/lifecycle-random.test.ts',
];

const env = { ...sizes, ...process.env };
for (const name of Object.keys(sizes)) console.log(`${name}=${env[name as keyof typeof sizes]}`);
const vitest = dirname(createRequire(import.meta.url).resolve('vitest/package.json'));
const child = spawn(
  process.execPath,
  [
    join(vitest, 'vitest.mjs'),
    ...['run', '--config', join('test', 'vitest.config.ts'), '--testTimeout=3600000'],
    ...(process.argv.length > 2 ? process.argv.slice(2) : suites),
  ],
  { cwd: fileURLToPath(new URL('../..', import.meta.url)), env, stdio: 'inherit' },
);
const [status] = await once(child, 'exit');
process.exitCode = status ?? 1;
