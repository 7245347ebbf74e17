/**
 * How the core package is built: ES modules, CommonJS and types, one flat file per public entry.
 *
 * `dist/` stays flat, so a path relative to a source file is right only for files directly under `src/`.
 */
import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    http: 'src/http/index.ts',
    schema: 'src/schema.ts',
    testing: 'src/testing.ts',
  },
  format: ['esm', 'cjs'],
  dts: true,
  platform: 'node',
  target: 'node20',
  outputOptions: { exports: 'named' },
});
