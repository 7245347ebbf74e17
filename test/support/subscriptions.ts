/** A catalogue and a process of its own over a migrated database, for suites about subscriptions: no kit, no HTTP. */
import { type CatalogSpec, defineCatalog } from '../../packages/core/src/catalog/index.ts';
import {
  createMemory,
  type Database,
  type News,
  type Ports,
  type Scope,
} from '../../packages/core/src/kernel/index.ts';
import { planOf } from '../../packages/core/src/subscriptions/index.ts';
import { openTestScope } from './kernel.ts';

const sold = defineCatalog({
  units: { EUR: { scale: 2 }, points: { scale: 0 } },
  features: {
    'track-time': { kind: 'boolean' },
    'api-calls': { kind: 'metered' },
    'ai-tokens': { kind: 'metered', credits: { unit: 'points', cost: 2 } },
    seats: { kind: 'gauge' },
    'upload-mb': { kind: 'config', schema: anyNumber() },
  },
  plans: {
    free: {
      default: true,
      period: 'P1M',
      selfService: true,
      features: { 'api-calls': { quota: 100 }, seats: { quota: 1 } },
    },
    pro: {
      period: 'P1M',
      trial: 'P14D',
      pastDue: 'P3D',
      billing: 'order',
      price: { EUR: 2900 },
      features: {
        'track-time': true,
        'api-calls': { quota: 10_000, rollover: { max: 5_000 } },
        'ai-tokens': { quota: 50_000 },
        seats: { quota: 10 },
        'upload-mb': 50,
      },
    },
    basic: { period: 'P1M', features: { 'api-calls': { quota: 1_000 } } },
    lifetime: { period: 'infinite', features: { 'api-calls': { quota: 500 }, 'track-time': true } },
    seats5: { family: 'seats', period: 'P1M', features: { seats: { quota: 5 } } },
    pack: { family: null, period: 'P1M', features: { 'api-calls': { quota: 50 } } },
    endless: {
      family: 'endless',
      period: 'P1M',
      features: { 'api-calls': { quota: 'unlimited' }, seats: { quota: 'unlimited' } },
    },
    soft: {
      family: 'soft',
      period: 'P1M',
      features: {
        'ai-tokens': {
          quota: 10,
          limit: 'soft',
          overageMax: 5,
          reset: 'P7D',
          thresholds: [80, 50],
          priority: 3,
        },
      },
    },
  },
});

function anyNumber() {
  return {
    '~standard': {
      version: 1 as const,
      vendor: 'test',
      validate: (value: unknown) =>
        typeof value === 'number' ? { value } : { issues: [{ message: 'no number' }] },
      types: undefined as { input: number; output: number } | undefined,
    },
  };
}

/** What these suites sell. */
export const soldSpec: CatalogSpec = sold.spec;

/** One process as one tenant meets it. */
export type Process = {
  /** A scope at an instant. */
  at(now: Date | string, actor?: string): Promise<Scope>;
  /** What was committed and published, in order. */
  readonly heard: News[];
  /** The types of what was heard, leaving out the ledger's. */
  types(): string[];
};

/** Opens a process over the database. @param ports What it has beside catalogue and plan. */
export function openProcess(
  database: Database,
  tenant: string,
  ports: Partial<Ports> = {},
): Process {
  const memory = createMemory();
  const heard: News[] = [];
  return {
    heard,
    types: () =>
      heard
        .map((news) => news.type)
        .filter((type) => !/^(balance|grant|hold|customer)\./.test(type)),
    at: (now, actor) =>
      openTestScope(database, {
        tenant,
        memory,
        now: new Date(now),
        actor,
        ports: { catalog: soldSpec, planOf, ...ports },
        publish: (news) => void heard.push(...news),
      }),
  };
}
