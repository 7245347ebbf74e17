/** A catalogue and a logger for suites that hold the whole kit, and how to wait for news that has no signal. */
import { defineCatalog } from '@bursar/core';
import { z } from 'zod';

export const catalog = defineCatalog({
  units: { EUR: { scale: 2 }, points: { max: 1_000_000 } },
  features: {
    'track-time': { kind: 'boolean' },
    'api-calls': { kind: 'metered' },
    'ai-tokens': { kind: 'metered', credits: { unit: 'points', cost: 1 } },
    seats: { kind: 'gauge' },
    'upload-mb': { kind: 'config', schema: z.number().int() },
  },
  plans: {
    free: {
      ...{ default: true, period: 'P1M', selfService: true },
      features: { 'api-calls': { quota: 100 } },
    },
    pro: {
      period: 'P1M',
      features: {
        ...{ 'track-time': true, 'api-calls': { quota: 10_000 }, 'ai-tokens': { quota: 50 } },
        ...{ seats: { quota: 3 }, 'upload-mb': 50 },
      },
    },
  },
});

/** Asks until it is so. @throws {Error} It was not within five seconds. */
export async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const until = performance.now() + 5_000;
  while (!(await isSo())) {
    if (performance.now() > until) throw new Error('It did not come to be within five seconds.');
    await pause(10);
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
