/** Payments over HTTP, for operators: what was tried at gateways, and what somebody has to look at. */
import { z } from 'zod';
import {
  defineRoute,
  instantShape,
  moneyShape,
  pageQuery,
  pageShape,
  type Route,
} from '../http/index.ts';
import { paymentStates } from './inputs.ts';

const paymentShape = z.object({
  id: z.string(),
  order: z.string(),
  gateway: z.string(),
  externalId: z.string().nullable(),
  amount: moneyShape,
  state: z.enum(paymentStates),
  refusal: z.enum(['refused', 'error']).nullable(),
  refunded: moneyShape,
  disputed: z.boolean(),
  flagged: z.string().nullable(),
  livemode: z.boolean().nullable(),
  createdAt: instantShape,
});

export const paymentAdminRoutes: readonly Route[] = [
  defineRoute({
    operation: 'listPayments',
    summary: 'Payments of all orders at gateways, newest first.',
    method: 'GET',
    path: '/admin/payments',
    access: 'admin',
    query: pageQuery.extend({
      customer: z.string().min(1).max(255).optional(),
      order: z.string().min(1).max(255).optional(),
      state: z.enum(paymentStates).optional(),
      /** Only those that succeeded and handed nothing out. */
      flagged: z
        .enum(['true', 'false'])
        .transform((value) => value === 'true')
        .optional(),
    }),
    answers: pageShape(paymentShape),
    refuses: ['cursor'],
    handle: ({ kit }, { query }) => kit.payments.list(query),
  }),
];
