/**
 * What `drizzle-kit generate` reads: every slice's tables, nothing outside schema "bursar".
 */
import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './src/*/schema.ts',
  out: './migrations',
  schemaFilter: ['bursar'],
});
