/**
 * The ledger on a migrated database, with a catalogue and the real plans behind it: no kit, no HTTP.
 *
 * Time is the caller's: each scope is opened at the moment it is given.
 */
import { z } from 'zod';
import { defineCatalog } from '../../packages/core/src/catalog/index.ts';
import {
  createMemory,
  type Database,
  type Memory,
  type News,
  type Scope,
} from '../../packages/core/src/kernel/index.ts';
import type { PlanOf } from '../../packages/core/src/ledger/index.ts';
import { planOf } from '../../packages/core/src/subscriptions/index.ts';
import { openTestScope } from './kernel.ts';

export const catalog = defineCatalog({
  units: { EUR: { scale: 2 }, points: { max: 1_000_000 }, credit: { floor: -50 } },
  features: {
    'track-time': { kind: 'boolean' },
    'api-calls': { kind: 'metered' },
    'ai-tokens': { kind: 'metered', credits: { unit: 'points', cost: 2 } },
    reports: { kind: 'metered' },
    exports: { kind: 'metered' },
    seats: { kind: 'gauge' },
    'upload-mb': { kind: 'config', schema: z.number().int() },
  },
  plans: {
    free: {
      default: true,
      period: 'P1M',
      selfService: true,
      features: { 'api-calls': { quota: 100 } },
    },
    pro: {
      period: 'P1M',
      features: {
        'track-time': true,
        'api-calls': { quota: 1000, rollover: { max: 300 }, thresholds: [80] },
        'ai-tokens': { quota: 10 },
        reports: { quota: 'unlimited' },
        exports: { quota: 5, limit: 'soft', overageMax: 3 },
        seats: { quota: 3 },
        'upload-mb': 50,
      },
    },
  },
});

export type Books = {
  readonly memory: Memory;
  readonly news: News[];
  /** A scope at this moment, outside any transaction. */
  at(moment: Date | string): Promise<Scope>;
};

/** Opens the books of one tenant, with the real plans behind them unless said. Each call is like another process. */
export function openBooks(database: Database, tenant: string, plan: PlanOf = planOf): Books {
  const memory = createMemory();
  const news: News[] = [];
  return {
    memory,
    news,
    at: (moment) =>
      openTestScope(database, {
        tenant,
        memory,
        now: new Date(moment),
        ports: { catalog: catalog.spec, planOf: plan },
        publish: (said) => void news.push(...said),
      }),
  };
}
