/** Offers and orders over HTTP, as data. Customers order for themselves and see their own; that something is paid, others say. */
import { z } from 'zod';
import { answer, defineRoute, pageQuery, pageShape, type Route } from '../http/index.ts';
import {
  creditGroupShape,
  orderBody,
  orderParams,
  orderRefusals,
  orderShape,
  paymentBody,
  purchaseShape,
  toPayShape,
  walletRefusals,
} from './order-wire.ts';
import { receiptShape } from './receipt-wire.ts';
import { orderStatuses } from './status.ts';
import { offerShape } from './wire.ts';

const flag = z.enum(['true', 'false']).transform((value) => value === 'true');

/** Of a gateway that is asked. */
const gatewayRefusals = [
  ...(['gateway_error', 'gateway_authorization'] as const),
  ...(['gateway_duplicate', 'gateway_validation'] as const),
] as const;

export const orderRoutes: readonly Route[] = [
  defineRoute({
    operation: 'listOffers',
    summary: 'The offers for whoever asks: regular ones, and those that what they bought unlocks.',
    method: 'GET',
    path: '/offers',
    access: 'public',
    query: z.object({
      /** Only offers that carry all of them, separated by commas. */
      tags: z
        .string()
        .max(1_000)
        .transform((tags) => tags.split(',').filter((tag) => tag !== ''))
        .optional(),
      /** Adds those that are locked for who asks. */
      locked: flag.optional(),
    }),
    answers: z.object({ items: z.array(offerShape), next: z.null() }),
    handle: async ({ kit, customer }, { query }) => ({
      items: await kit.offers.list({
        ...{ customer: customer ?? undefined, tags: query.tags, includeLocked: query.locked },
      }),
      next: null,
    }),
  }),
  defineRoute({
    operation: 'listOrders',
    summary: 'The orders of the customer who asks, newest first.',
    method: 'GET',
    path: '/orders',
    access: 'customer',
    query: pageQuery.extend({ status: z.enum(orderStatuses).optional() }),
    answers: pageShape(orderShape),
    refuses: ['cursor'],
    handle: ({ me }, { query }) => me.orders.list(query),
  }),
  defineRoute({
    operation: 'createOrder',
    summary: 'Orders an offer, or a plan that has a price; one of nothing to pay is paid at once.',
    method: 'POST',
    path: '/orders',
    access: 'customer',
    body: orderBody,
    status: 201,
    answers: toPayShape,
    replayStatus: 200,
    refuses: [...gatewayRefusals, ...orderRefusals],
    async handle({ me, idempotencyKey }, { body }) {
      const asked = { ...body, idempotencyKey } as Parameters<typeof me.orders.create>[0];
      const { replayed, ...placed } = await me.orders.create(asked);
      return replayed ? answer(200, placed) : placed;
    },
  }),
  defineRoute({
    operation: 'listPurchases',
    summary: 'What the customer who asks has bought, line by line, bundled offers too.',
    method: 'GET',
    path: '/purchases',
    access: 'customer',
    query: pageQuery.extend({
      ...{
        group: z.string().min(1).max(64).optional(),
        offer: z.string().min(1).max(64).optional(),
      },
      active: flag.optional(),
    }),
    answers: pageShape(purchaseShape),
    refuses: ['cursor'],
    handle: ({ me }, { query }) => me.orders.purchases(query),
  }),
  defineRoute({
    operation: 'listCredits',
    summary: 'What the customer who asks has bought, group by group, and what is left of it.',
    method: 'GET',
    path: '/credits',
    access: 'customer',
    answers: z.object({ items: z.array(creditGroupShape), next: z.null() }),
    handle: async ({ me }) => ({ items: await me.orders.credits(), next: null }),
  }),
  defineRoute({
    operation: 'getOrder',
    summary: 'One order of one’s own.',
    method: 'GET',
    path: '/orders/:id',
    access: 'customer',
    params: orderParams,
    answers: orderShape,
    refuses: ['not_found'],
    handle: ({ me }, { params }) => me.orders.get({ order: params.id }),
  }),
  defineRoute({
    operation: 'getReceipt',
    summary: 'The receipt of a paid order of one’s own, as it was issued.',
    method: 'GET',
    path: '/orders/:id/receipt',
    access: 'customer',
    params: orderParams,
    answers: receiptShape,
    refuses: ['not_found'],
    handle: ({ me }, { params }) => me.orders.receipt({ order: params.id }),
  }),
  defineRoute({
    operation: 'payOrder',
    summary: 'Opens a payment for an unpaid order of one’s own.',
    method: 'POST',
    path: '/orders/:id/pay',
    access: 'customer',
    params: orderParams,
    body: paymentBody,
    answers: toPayShape,
    refuses: [
      ...(['not_found', 'already_paid', 'checkout_open', 'invalid_state'] as const),
      ...(['start_in_past', 'limit_exceeded', 'already_subscribed'] as const),
      ...walletRefusals,
      ...gatewayRefusals,
    ],
    handle: ({ me }, { params, body }) => me.orders.pay({ ...body, order: params.id }),
  }),
  defineRoute({
    operation: 'confirmOrder',
    summary:
      'Asks the gateway whether an order of one’s own is paid, as when the payer comes back.',
    method: 'POST',
    path: '/orders/:id/confirm',
    access: 'customer',
    params: orderParams,
    answers: orderShape,
    refuses: ['not_found', 'duplicate_payment', 'invalid_state', ...gatewayRefusals],
    handle: ({ me }, { params }) => me.orders.confirm({ order: params.id }),
  }),
  defineRoute({
    operation: 'cancelOrder',
    summary: 'Gives up an unpaid order of one’s own.',
    method: 'DELETE',
    path: '/orders/:id',
    access: 'customer',
    params: orderParams,
    answers: orderShape,
    refuses: ['not_found', 'already_paid'],
    handle: ({ me }, { params }) => me.orders.cancel({ order: params.id }),
  }),
];
