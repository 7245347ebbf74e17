/**
 * How the Stripe gateway is built: ES modules, CommonJS and types.
 */
import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: { index: 'src/index.ts' },
  format: ['esm', 'cjs'],
  dts: true,
  platform: 'node',
  target: 'node20',
  outputOptions: { exports: 'named' },
});
