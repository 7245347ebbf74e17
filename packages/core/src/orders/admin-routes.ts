/** Orders over HTTP for operators, who may also say that one is paid; why they did is kept in the audit. */
import { z } from 'zod';
import {
  answer,
  defineRoute,
  instantInput,
  pageQuery,
  pageShape,
  type Route,
} from '../http/index.ts';
import { anyOrderBody, orderParams, orderRefusals, orderShape, toPayShape } from './order-wire.ts';
import { receiptShape } from './receipt-wire.ts';
import { orderStatuses } from './status.ts';

const customer = z.string().min(1).max(255);
const reason = z.string().min(1).max(500);

export const orderAdminRoutes: readonly Route[] = [
  defineRoute({
    operation: 'listAllOrders',
    summary: 'Orders of all customers, newest first.',
    method: 'GET',
    path: '/admin/orders',
    access: 'admin',
    query: pageQuery.extend({
      customer: customer.optional(),
      status: z.enum(orderStatuses).optional(),
    }),
    answers: pageShape(orderShape),
    refuses: ['cursor'],
    handle: ({ kit }, { query }) => kit.orders.list(query),
  }),
  defineRoute({
    operation: 'createAnyOrder',
    summary: 'Orders for any customer the kit knows.',
    method: 'POST',
    path: '/admin/orders',
    access: 'admin',
    body: anyOrderBody,
    status: 201,
    answers: toPayShape,
    replayStatus: 200,
    refuses: ['customer_unknown', ...orderRefusals],
    async handle({ kit, idempotencyKey }, { body }) {
      await kit.customers.get({ customer: body.customer });
      const asked = { ...body, idempotencyKey } as Parameters<typeof kit.orders.create>[0];
      const { replayed, ...placed } = await kit.orders.create(asked);
      return replayed ? answer(200, placed) : placed;
    },
  }),
  defineRoute({
    operation: 'getAnyOrder',
    summary: 'One order of any customer.',
    method: 'GET',
    path: '/admin/orders/:id',
    access: 'admin',
    params: orderParams,
    query: z.object({ customer }),
    answers: orderShape,
    refuses: ['not_found'],
    handle: ({ kit }, { params, query }) => kit.orders.get({ ...query, order: params.id }),
  }),
  defineRoute({
    operation: 'getAnyReceipt',
    summary: 'The receipt of a paid order of any customer, as it was issued.',
    method: 'GET',
    path: '/admin/orders/:id/receipt',
    access: 'admin',
    params: orderParams,
    query: z.object({ customer: customer.optional() }),
    answers: receiptShape,
    refuses: ['not_found'],
    handle: ({ kit }, { params, query }) => kit.orders.receipt({ ...query, order: params.id }),
  }),
  defineRoute({
    operation: 'confirmAnyOrder',
    summary: 'Takes an order as paid by hand: what was bought is handed out.',
    method: 'POST',
    path: '/admin/orders/:id/confirm',
    access: 'admin',
    params: orderParams,
    body: z.object({
      ...{ customer, reason, startsAt: instantInput.optional() },
      /** `wallet`: what is set aside for it; somebody says so by hand unless said. */
      payment: z.enum(['manual', 'wallet']).optional(),
    }),
    answers: orderShape,
    refuses: [
      ...(['not_found', 'duplicate_payment', 'invalid_state', 'start_in_past'] as const),
      ...(['limit_exceeded', 'already_subscribed'] as const),
    ],
    handle: ({ kit }, { params, body }) =>
      kit.orders.confirm({ payment: 'manual', ...body, order: params.id }),
  }),
  defineRoute({
    operation: 'cancelAnyOrder',
    summary: 'Cancels an unpaid order.',
    method: 'POST',
    path: '/admin/orders/:id/cancel',
    access: 'admin',
    params: orderParams,
    body: z.object({ customer, reason }),
    answers: orderShape,
    refuses: ['not_found', 'already_paid'],
    handle: ({ kit }, { params, body }) => kit.orders.cancel({ ...body, order: params.id }),
  }),
];
