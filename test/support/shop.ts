/** A shop over a migrated database, for suites about orders: no kit, no HTTP. */
import { defineCatalog } from '../../packages/core/src/catalog/index.ts';
import type { Database, Ports } from '../../packages/core/src/kernel/index.ts';
import { openProcess, type Process } from './subscriptions.ts';

const catalog = defineCatalog({
  units: { EUR: { scale: 2 }, USD: { scale: 2 }, points: { max: 1_000_000 } },
  features: {
    'api-calls': { kind: 'metered' },
    exports: { kind: 'boolean' },
    seats: { kind: 'gauge' },
  },
  plans: {
    free: { default: true, period: 'P1M', features: { 'api-calls': { quota: 5 } } },
    basic: { period: 'P1M', price: { EUR: 900 }, features: { 'api-calls': { quota: 100 } } },
    pro: {
      period: 'P1M',
      price: { EUR: 2900, USD: 3300 },
      features: { exports: true, 'api-calls': { quota: 1_000 }, seats: { quota: 3 } },
    },
    addon: { family: null, period: 'P1M', features: { 'api-calls': { quota: 10 } } },
  },
  offers: {
    calls: {
      ...{ title: 'Calls', group: 'calls', price: { USD: 600, EUR: 500 }, cycle: 'monthly' },
      grants: { 'api-calls': 1_000, points: 5 },
    },
    forever: { group: 'calls', price: { EUR: 900 }, grants: { points: 100 } },
    free: { group: 'gifts', price: { EUR: 0 }, grants: { points: 1 }, limit: { quantity: 3 } },
    scarce: { group: 'scarce', price: { EUR: 100 }, limit: { quantity: 5 } },
    single: { price: { EUR: 100 }, limit: { quantity: 2, per: 'order' } },
    more: { group: 'more', price: { EUR: 300 }, unlockedBy: ['calls'], override: { key: 'k' } },
    most: { price: { EUR: 1 }, unlockedBy: ['gifts', 'more'], override: { key: 'k', weight: 1 } },
    plainly: { price: { EUR: 400 }, override: { key: 'k', weight: 9 } },
    old: { price: { EUR: 1 }, archived: true },
    unpriced: { grants: { points: 7 }, cycle: 'yearly' },
    series: {
      group: 'series',
      price: { EUR: 100 },
      cycle: 'P10D',
      append: true,
      grants: { points: 3 },
    },
    later: {
      ...{ group: 'later', price: { EUR: 100 }, cycle: 'P10D', notBeforeStart: true },
      grants: { points: 40 },
    },
    bundle: {
      ...{ group: 'bundle', price: { EUR: 1_000 }, cycle: 'monthly', grants: { points: 50 } },
      items: [
        { offer: 'unpriced', quantity: 2 },
        { offer: 'series', quantity: 3, cycle: 'P5D' },
        { offer: 'calls' },
      ],
    },
    'pro-year': { group: 'pro', plan: 'pro', price: { EUR: 29_000 }, cycle: 'yearly' },
    'pro-month': { group: 'pro', plan: 'pro', cycle: 'monthly' },
    'pro-life': { group: 'pro', plan: 'pro', price: { EUR: 99_900 } },
    helper: { plan: 'addon', price: { EUR: 200 }, cycle: 'monthly' },
  },
});

export const shopSpec = catalog.spec;

/** One process as one tenant meets it; each call is like another process. */
export function openShop(database: Database, tenant: string, ports: Partial<Ports> = {}): Process {
  return openProcess(database, tenant, { catalog: shopSpec, ...ports });
}
