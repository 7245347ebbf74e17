/** How drizzle-kit generates a migration from the slices' schemas: `npx drizzle-kit generate`. */
import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './src/*/schema.ts',
  out: './migrations',
  schemaFilter: ['bursar'],
});
