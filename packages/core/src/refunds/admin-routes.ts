/** Refunds over HTTP, for operators alone; why they gave money back is kept in the audit. */
import { z } from 'zod';
import {
  defineRoute,
  instantShape,
  moneyShape,
  pageQuery,
  pageShape,
  type Route,
} from '../http/index.ts';
import { orderShape } from '../orders/index.ts';
import { refundAmountShape, refundStates, refundTargetShape } from './inputs.ts';

const refundShape = z.object({
  id: z.string(),
  order: z.string(),
  source: z.enum(['asked', 'reported', 'dispute']),
  to: z.enum(['gateway', 'wallet', 'manual', 'none']),
  amount: moneyShape,
  state: z.enum(refundStates),
  units: z.array(moneyShape),
  outstanding: z.array(moneyShape),
  createdAt: instantShape,
  endedAt: instantShape.nullable(),
});

export const refundAdminRoutes: readonly Route[] = [
  defineRoute({
    operation: 'listRefunds',
    summary: 'What went back of orders, or is on its way, newest first.',
    method: 'GET',
    path: '/admin/refunds',
    access: 'admin',
    query: pageQuery.extend({
      customer: z.string().min(1).max(255).optional(),
      order: z.string().min(1).max(255).optional(),
      state: z.enum(refundStates).optional(),
    }),
    answers: pageShape(refundShape),
    refuses: ['cursor'],
    handle: ({ kit }, { query }) => kit.orders.refunds(query),
  }),
  defineRoute({
    operation: 'refundAnyOrder',
    summary: 'Gives the unused part of an order back, or a sum of it and units in proportion.',
    method: 'POST',
    path: '/admin/orders/:id/refund',
    access: 'admin',
    params: z.object({ id: z.string().min(1).max(255) }),
    body: z.object({
      customer: z.string().min(1).max(255),
      amount: refundAmountShape.optional(),
      to: refundTargetShape.optional(),
      reason: z.string().min(1).max(500),
    }),
    answers: z.object({ refund: refundShape, order: orderShape }),
    refuses: [
      ...(['not_found', 'invalid_state', 'limit_exceeded', 'idempotency_conflict'] as const),
      ...(['gateway_error', 'gateway_authorization', 'gateway_validation'] as const),
      'gateway_duplicate',
    ],
    async handle({ kit, idempotencyKey }, { params, body }) {
      const asked = { ...body, order: params.id, idempotencyKey };
      const { refund, order } = await kit.orders.refund(asked);
      return { refund, order };
    },
  }),
];
