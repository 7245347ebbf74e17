/** One run over every suite of the workspace, on the sources: nothing needs building first. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// As Node itself resolves: under `module` some packages have what only a bundler can read.
const conditions = ['@bursar/source', 'node', 'development|production'];

// Suites run on a server of their own, or on TEST_DATABASE_URL: never on a host's database.
delete process.env.DATABASE_URL;

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  resolve: {
    conditions,
    alias: { '#test': fileURLToPath(new URL('support', import.meta.url)) },
  },
  ssr: { resolve: { conditions, externalConditions: ['@bursar/source'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: [fileURLToPath(new URL('support/global-setup.ts', import.meta.url))],
    maxWorkers: 2,
    // Suites share what is loaded, and nothing else: each has databases and kits of its own. It saves a third of the time.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
