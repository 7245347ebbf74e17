/**
 * What the demo sells: the catalogue of the design. `free` is everybody's, `pro` comes through an order or an admin.
 */
import { defineCatalog } from '@bursar/core';
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
      default: true,
      period: 'P1M',
      selfService: true,
      features: { 'api-calls': { quota: 100 } },
    },
    pro: {
      period: 'P1M',
      trial: 'P14D',
      pastDue: 'P3D',
      price: { EUR: 2900 },
      billing: 'order',
      features: {
        'track-time': true,
        'api-calls': { quota: 10_000, rollover: { max: 5_000 } },
        'ai-tokens': { quota: 50_000 },
        seats: { quota: 10 },
        'upload-mb': 50,
      },
    },
  },
  offers: {
    'calls-1000': {
      group: 'api-calls',
      price: { EUR: 500 },
      cycle: 'once',
      grants: { 'api-calls': 1000 },
    },
  },
});

declare module '@bursar/core' {
  interface Register {
    catalog: typeof catalog;
  }
}
