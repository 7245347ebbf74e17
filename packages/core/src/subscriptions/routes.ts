/**
 * Subscriptions over HTTP, as data. Customers act on their own only, start and change to what is marked `selfService`, and
 * cancel at the boundary; everything else is an operator's.
 */
import { z } from 'zod';
import { answer, defineRoute, pageQuery, pageShape, type Route } from '../http/index.ts';
import { changeRefusals, ownChange, previewShape, previewToken } from './change-wire.ts';
import { statuses } from './state.ts';
import {
  cancelBody,
  idParams,
  ownSubscription,
  periodShape,
  planShape,
  subscriptionShape,
} from './wire.ts';

export const subscriptionRoutes: readonly Route[] = [
  defineRoute({
    operation: 'listPlans',
    summary: 'The plans on sale.',
    method: 'GET',
    path: '/plans',
    access: 'public',
    answers: z.object({ items: z.array(planShape), next: z.null() }),
    handle: async ({ kit }) => ({ items: await kit.catalog.plans(), next: null }),
  }),
  defineRoute({
    operation: 'listSubscriptions',
    summary: 'The subscriptions of the customer who asks, newest first.',
    method: 'GET',
    path: '/subscriptions',
    access: 'customer',
    query: pageQuery.extend({ status: z.enum(statuses).optional() }),
    answers: pageShape(subscriptionShape),
    refuses: ['cursor'],
    handle: ({ me }, { query }) => me.subscriptions.list(query),
  }),
  defineRoute({
    operation: 'createSubscription',
    summary: 'Starts a plan that customers may start themselves.',
    method: 'POST',
    path: '/subscriptions',
    access: 'customer',
    body: ownSubscription,
    status: 201,
    answers: subscriptionShape,
    replayStatus: 200,
    refuses: ['plan_unknown', 'already_subscribed'],
    async handle({ me, idempotencyKey }, { body }) {
      const created = await me.subscriptions.create({ ...body, selfService: true, idempotencyKey });
      return created.replayed ? answer(200, created) : created;
    },
  }),
  defineRoute({
    operation: 'cancelSubscription',
    summary: 'Ends a subscription of one’s own at the end of its trial or period.',
    method: 'POST',
    path: '/subscriptions/:id/cancel',
    access: 'customer',
    params: idParams,
    body: cancelBody,
    answers: subscriptionShape,
    refuses: ['not_found', 'already_subscribed'],
    handle: ({ me, idempotencyKey }, { params, body }) =>
      me.subscriptions.cancel({ ...body, subscription: params.id, idempotencyKey }),
  }),
  defineRoute({
    operation: 'resumeSubscription',
    summary: 'Takes a cancellation back before its end has come.',
    method: 'POST',
    path: '/subscriptions/:id/resume',
    access: 'customer',
    params: idParams,
    answers: subscriptionShape,
    refuses: ['not_found', 'already_subscribed'],
    handle: ({ me, idempotencyKey }, { params }) =>
      me.subscriptions.resume({ subscription: params.id, idempotencyKey }),
  }),
  defineRoute({
    operation: 'previewChange',
    summary:
      'What changing a subscription of one’s own to a plan that customers may start comes to.',
    method: 'POST',
    path: '/subscriptions/:id/preview',
    access: 'customer',
    params: idParams,
    body: ownChange,
    answers: previewShape,
    refuses: ['not_found', 'plan_unknown', 'invalid_state'],
    handle: ({ me }, { params, body }) =>
      me.subscriptions.preview({ ...body, selfService: true, subscription: params.id }),
  }),
  defineRoute({
    operation: 'changeSubscription',
    summary: 'Changes a subscription of one’s own to a plan that customers may start.',
    method: 'POST',
    path: '/subscriptions/:id/change',
    access: 'customer',
    params: idParams,
    body: ownChange.extend({ preview: previewToken }),
    answers: subscriptionShape,
    refuses: [...changeRefusals],
    handle: ({ me, idempotencyKey }, { params, body }) =>
      me.subscriptions.change({
        ...{ ...body, selfService: true, subscription: params.id, idempotencyKey },
      }),
  }),
  defineRoute({
    operation: 'listPeriods',
    summary: 'The numbered periods of a subscription of one’s own, the first one first.',
    method: 'GET',
    path: '/subscriptions/:id/periods',
    access: 'customer',
    params: idParams,
    query: pageQuery.extend({
      usage: z
        .enum(['true', 'false'])
        .transform((usage) => usage === 'true')
        .optional(),
    }),
    answers: pageShape(periodShape),
    refuses: ['not_found', 'cursor'],
    handle: ({ me }, { params, query }) =>
      me.subscriptions.periods({ ...query, subscription: params.id }),
  }),
];
