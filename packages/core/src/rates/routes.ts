/** Exchange rates over HTTP: what a point is worth, and for operators where that comes from. */
import { z } from 'zod';
import { defineRoute, instantShape, type Route } from '../http/index.ts';

const unit = z.string().min(1).max(64);
const reason = z.string().min(1).max(500);
const named = z.object({ code: z.string(), name: z.string() });
const statuses = z.enum(['fetched', 'failed', 'waiting']);

export const rateRoutes: readonly Route[] = [
  defineRoute({
    operation: 'listRates',
    summary: 'What one point is worth in each currency, with ten decimals.',
    method: 'GET',
    path: '/rates',
    access: 'public',
    answers: z.object({ base: named, rates: z.array(named.extend({ rate: z.string() })) }),
    refuses: ['not_found', 'rate_missing'],
    handle: ({ kit }) => kit.rates.list(),
  }),
  defineRoute({
    operation: 'listRateSources',
    summary: 'The providers of rates with their last sheet, and the rates that operators set.',
    method: 'GET',
    path: '/admin/rates',
    access: 'admin',
    answers: z.object({
      providers: z.array(
        z.object({
          ...{ provider: z.string(), base: z.string().nullable(), isUsed: z.boolean() },
          ...{ publishedAt: instantShape.nullable(), fetchedAt: instantShape.nullable() },
          currencies: z.int(),
        }),
      ),
      manual: z.array(
        z.object({ from: z.string(), to: z.string(), rate: z.string(), updatedAt: instantShape }),
      ),
    }),
    handle: ({ kit }) => kit.rates.sources(),
  }),
  defineRoute({
    operation: 'setRate',
    summary: 'Sets a rate that comes before all others, and keeps why.',
    method: 'POST',
    path: '/admin/rates/set',
    access: 'admin',
    body: z.object({ from: unit, to: unit, rate: z.string().max(32), reason }),
    answers: z.object({ from: z.string(), to: z.string(), rate: z.string() }),
    refuses: ['unit_unknown'],
    handle: ({ kit }, { body }) => kit.rates.set(body),
  }),
  defineRoute({
    operation: 'unsetRate',
    summary: 'Deletes a rate that an operator set, and keeps why.',
    method: 'POST',
    path: '/admin/rates/unset',
    access: 'admin',
    body: z.object({ from: unit, to: unit, reason }),
    answers: z.object({ deleted: z.boolean() }),
    handle: ({ kit }, { body }) => kit.rates.unset(body),
  }),
  defineRoute({
    operation: 'refreshRates',
    summary: 'Fetches the sheets of all providers now.',
    method: 'POST',
    path: '/admin/rates/refresh',
    access: 'admin',
    answers: z.object({
      providers: z.array(z.object({ provider: z.string(), status: statuses })),
    }),
    handle: ({ kit }) => kit.rates.refresh(),
  }),
];
