/** What the benchmarks sell: a quota nobody reaches, and a feature that is carried or not. */
import { defineCatalog } from '@bursar/core';

export const catalog = defineCatalog({
  units: { points: {} },
  features: { calls: { kind: 'metered' }, reports: { kind: 'boolean' } },
  plans: {
    free: {
      default: true,
      period: 'P1Y',
      features: { calls: { quota: 1_000_000_000 }, reports: true },
    },
  },
});
