/** Entitlements over HTTP: the answer is 200 for "no" too; a refusal is a guard's business. */
import { z } from 'zod';
import { decisionShape, defineRoute, type Route, wholeQuery } from '../http/index.ts';

export const entitlementRoutes: readonly Route[] = [
  defineRoute({
    operation: 'listEntitlements',
    summary: 'Every feature, decided for the customer who asks.',
    method: 'GET',
    path: '/entitlements',
    access: 'customer',
    answers: z.object({ items: z.array(decisionShape) }),
    handle: async ({ me }) => ({ items: await me.entitlements.list() }),
  }),
  defineRoute({
    operation: 'checkEntitlement',
    summary:
      'One feature, decided for the customer who asks; an unknown one is denied, not missing.',
    method: 'GET',
    path: '/entitlements/:feature',
    access: 'customer',
    params: z.object({ feature: z.string().min(1).max(64) }),
    query: z.object({ amount: wholeQuery.optional() }),
    answers: decisionShape,
    refuses: ['invalid_amount'],
    handle: ({ me }, { params, query }) => me.check({ ...params, ...query, sources: true }),
  }),
];
