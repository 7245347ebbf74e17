/** What the hosts of the contract suites sell: small quotas, so that a few requests reach every edge. */
import { defineCatalog } from '@bursar/core';
import { z } from 'zod';

export const catalog = defineCatalog({
  units: { EUR: { scale: 2 }, points: { scale: 0, max: 1_000_000 } },
  features: {
    'track-time': { kind: 'boolean' },
    'api-calls': { kind: 'metered' },
    burst: { kind: 'metered' },
    steady: { kind: 'metered' },
    'ai-tokens': { kind: 'metered' },
    'gpu-seconds': { kind: 'metered', credits: { unit: 'points', cost: 1 } },
    seats: { kind: 'gauge' },
    'upload-mb': { kind: 'config', schema: z.number().int() },
  },
  plans: {
    free: {
      default: true,
      period: 'P1M',
      selfService: true,
      features: { 'api-calls': { quota: 5 } },
    },
    hourly: {
      family: 'hourly',
      period: 'PT30M',
      selfService: true,
      features: { burst: { quota: 2 }, steady: { quota: 100, window: { per: 'PT1M', max: 1 } } },
    },
    pro: {
      period: 'P1M',
      features: {
        'track-time': true,
        'api-calls': { quota: 1000 },
        'ai-tokens': { quota: 100 },
        'gpu-seconds': { quota: 10 },
        seats: { quota: 3 },
        'upload-mb': 50,
      },
    },
  },
  offers: {
    pack: { group: 'packs', price: { EUR: 500 }, cycle: 'once', grants: { points: 100 } },
    'calls-1000': {
      ...{ group: 'calls', price: { EUR: 500 }, cycle: 'monthly', tags: ['new'] },
      grants: { 'api-calls': 1000 },
    },
    gift: { price: { EUR: 0 }, grants: { points: 5 }, limit: { quantity: 1 } },
    thanks: { price: { EUR: 100 }, unlockedBy: ['calls'], tags: ['new', 'few'] },
  },
});
