/** A host's catalogue, registered: from here on every key in its code is checked. */
import { createBursar, defineCatalog } from '@bursar/core';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { z } from 'zod';

export const catalog = defineCatalog({
  units: { EUR: { scale: 2 }, points: { scale: 0, max: 1_000_000 } },
  features: {
    'track-time': { kind: 'boolean' },
    'api-calls': { kind: 'metered' },
    'ai-tokens': { kind: 'metered', credits: { unit: 'points', cost: 1 } },
    seats: { kind: 'gauge' },
    'upload-mb': { kind: 'config', schema: z.number().int() },
  },
  plans: {
    free: {
      period: 'P1M',
      default: true,
      selfService: true,
      features: { 'api-calls': { quota: 100 } },
    },
    pro: {
      period: 'P1M',
      trial: 'P14D',
      features: {
        'track-time': true,
        'api-calls': { quota: 10_000 },
        seats: { quota: 10 },
        'upload-mb': 50,
      },
    },
  },
  offers: { 'calls-1000': { price: { EUR: 500 }, cycle: 'once', grants: { 'api-calls': 1000 } } },
});

declare module '@bursar/core' {
  interface Register {
    catalog: typeof catalog;
  }
}

export const sql = postgres('postgres://localhost/none');
export const renders = pgTable('renders', {
  label: text().primaryKey(),
  pages: integer().notNull(),
});
export const db = drizzle(sql, { schema: { renders } });
export const bursar = createBursar({ catalog, database: db });
