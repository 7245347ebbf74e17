/** Figures about the business over HTTP, for operators. */
import { z } from 'zod';
import { defineRoute, instantInput, instantShape, moneyShape, type Route } from '../http/index.ts';
import { bucketSizes } from '../kernel/index.ts';

const series = z.object({
  from: instantInput.optional(),
  until: instantInput.optional(),
  bucket: z.enum(bucketSizes).optional(),
  timeZone: z.string().min(1).max(64).optional(),
});
const bucket = z.object({ key: z.string(), startsAt: instantShape, endsAt: instantShape });
const rate = z.number().min(0).nullable();
const count = z.int().nonnegative();

export const insightRoutes: readonly Route[] = [
  defineRoute({
    operation: 'countCustomers',
    summary:
      'Customers with a subscription in a range, both bounds included, or with an active one now.',
    method: 'GET',
    path: '/admin/insights/customers',
    access: 'admin',
    query: z.object({ from: instantInput.optional(), until: instantInput.optional() }),
    answers: z.object({ customers: count }),
    handle: ({ kit }, { query }) => kit.insights.customers(query as never),
  }),
  defineRoute({
    operation: 'countChurned',
    summary: 'Customers whose subscription ended in a range, both bounds included.',
    method: 'GET',
    path: '/admin/insights/churn',
    access: 'admin',
    query: z.object({ from: instantInput, until: instantInput }),
    answers: z.object({ customers: count }),
    handle: ({ kit }, { query }) => kit.insights.churn(query),
  }),
  defineRoute({
    operation: 'histogram',
    summary:
      'Subscriptions over time: new, carried, ended, on trial, on grace, and both churn rates.',
    method: 'GET',
    path: '/admin/insights/histogram',
    access: 'admin',
    query: series,
    answers: z.object({
      items: z.array(
        bucket.extend({
          ...{ new: count, carried: count, count, ended: count, trial: count, grace: count },
          ...{ canceled: count, churnRate: rate, churnRateWithNew: rate },
        }),
      ),
      next: z.null(),
    }),
    handle: async ({ kit }, { query }) => ({
      items: await kit.insights.histogram(query),
      next: null,
    }),
  }),
  defineRoute({
    operation: 'recurringRevenue',
    summary: 'Monthly recurring revenue over time, per currency, and what moved it.',
    method: 'GET',
    path: '/admin/insights/mrr',
    access: 'admin',
    query: series.extend({ paused: z.enum(['include', 'exclude']).optional() }),
    answers: z.object({
      items: z.array(
        z.object({
          currency: z.string(),
          buckets: z.array(
            bucket.extend({
              ...{ mrr: moneyShape, committed: moneyShape, new: moneyShape },
              ...{ expansion: moneyShape, contraction: moneyShape },
              ...{ churned: moneyShape, reactivated: moneyShape },
            }),
          ),
        }),
      ),
      next: z.null(),
    }),
    handle: async ({ kit }, { query }) => ({ items: await kit.insights.mrr(query), next: null }),
  }),
];
