/** Subscriptions over HTTP for operators: each change names its customer, and those of a live one keep why in the audit. */
import { z } from 'zod';
import {
  answer,
  defineRoute,
  instantInput,
  pageQuery,
  type Route,
  wholeQuery,
} from '../http/index.ts';
import { stateFilters } from './list-filters.ts';
import { statuses } from './state.ts';
import {
  anySubscription,
  changedFeature,
  changedSubscription,
  code,
  idParams,
  quota,
  subscriptionShape,
} from './wire.ts';

export const subscriptionAdminRoutes: readonly Route[] = [
  defineRoute({
    operation: 'listAllSubscriptions',
    summary: 'Subscriptions of all customers, newest first, by any filter.',
    method: 'GET',
    path: '/admin/subscriptions',
    access: 'admin',
    query: pageQuery.extend({
      ...{
        customer: z.string().min(1).max(255).optional(),
        plan: code.optional(),
        feature: code.optional(),
      },
      version: wholeQuery.optional(),
      status: z.enum(statuses).optional(),
      state: z.enum(stateFilters).optional(),
      ...{ createdFrom: instantInput.optional(), createdUntil: instantInput.optional() },
      ...{ endingFrom: instantInput.optional(), endingUntil: instantInput.optional() },
      ...{ trialEndingFrom: instantInput.optional(), trialEndingUntil: instantInput.optional() },
      count: z
        .enum(['true', 'false'])
        .transform((count) => count === 'true')
        .optional(),
    }),
    answers: z.object({
      ...{ items: z.array(subscriptionShape), next: z.string().nullable() },
      total: z.int().optional(),
    }),
    refuses: ['cursor'],
    handle({ kit }, { query }) {
      const { createdFrom, createdUntil, endingFrom, endingUntil, ...rest } = query;
      const { trialEndingFrom, trialEndingUntil, count, ...filters } = rest;
      return kit.subscriptions.list({
        ...filters,
        created: within(createdFrom, createdUntil),
        ending: within(endingFrom, endingUntil),
        trialEnding: within(trialEndingFrom, trialEndingUntil),
        count,
      });
    },
  }),
  defineRoute({
    operation: 'createAnySubscription',
    summary: 'Starts a subscription for any customer the kit knows.',
    method: 'POST',
    path: '/admin/subscriptions',
    access: 'admin',
    body: anySubscription,
    status: 201,
    answers: subscriptionShape,
    replayStatus: 200,
    refuses: [
      'customer_unknown',
      'plan_unknown',
      'feature_unknown',
      'already_subscribed',
      'already_exists',
    ],
    async handle({ kit, idempotencyKey }, { body }) {
      await kit.customers.get({ customer: body.customer });
      const created = await kit.subscriptions.create({ ...body, idempotencyKey });
      return created.replayed ? answer(200, created) : created;
    },
  }),
  defineRoute({
    operation: 'addFeature',
    summary: 'Sells a further feature with a live subscription, and keeps why.',
    method: 'POST',
    path: '/admin/subscriptions/:id/addFeature',
    access: 'admin',
    params: idParams,
    body: changedFeature.extend({ quota: quota.optional(), value: z.unknown().optional() }),
    answers: subscriptionShape,
    refuses: ['not_found', 'feature_unknown', 'invalid_state'],
    handle({ kit, idempotencyKey }, { params, body }) {
      const { customer, reason, feature: code, quota, value } = body;
      const terms = {
        code,
        ...(quota !== undefined && { quota }),
        ...('value' in body && { value }),
      };
      const target = { customer, reason, subscription: params.id, idempotencyKey };
      return kit.subscriptions.addFeature({ ...target, feature: terms });
    },
  }),
  defineRoute({
    operation: 'removeFeature',
    summary: 'Takes a feature off a live subscription at once, and keeps why.',
    method: 'POST',
    path: '/admin/subscriptions/:id/removeFeature',
    access: 'admin',
    params: idParams,
    body: changedFeature,
    answers: subscriptionShape,
    refuses: ['not_found', 'invalid_state'],
    handle: ({ kit, idempotencyKey }, { params, body }) =>
      kit.subscriptions.removeFeature({ ...body, subscription: params.id, idempotencyKey }),
  }),
  defineRoute({
    operation: 'setQuota',
    summary: 'Gives a feature of a live subscription another quota, and keeps why.',
    method: 'POST',
    path: '/admin/subscriptions/:id/setQuota',
    access: 'admin',
    params: idParams,
    body: changedFeature.extend({ quota }),
    answers: subscriptionShape,
    refuses: ['not_found', 'wrong_kind', 'invalid_state'],
    handle: ({ kit, idempotencyKey }, { params, body }) =>
      kit.subscriptions.setQuota({ ...body, subscription: params.id, idempotencyKey }),
  }),
  defineRoute({
    operation: 'resetUsage',
    summary: 'Lets what was used of a feature count for nothing, and keeps why.',
    method: 'POST',
    path: '/admin/subscriptions/:id/reset',
    access: 'admin',
    params: idParams,
    body: changedFeature,
    answers: subscriptionShape,
    refuses: ['not_found', 'wrong_kind', 'invalid_state'],
    handle: ({ kit, idempotencyKey }, { params, body }) =>
      kit.subscriptions.reset({ ...body, subscription: params.id, idempotencyKey }),
  }),
  defineRoute({
    operation: 'deleteSubscription',
    summary: 'Hides a subscription everywhere; it gives nothing any more.',
    method: 'POST',
    path: '/admin/subscriptions/:id/delete',
    access: 'admin',
    params: idParams,
    body: changedSubscription,
    answers: subscriptionShape,
    refuses: ['not_found'],
    handle: ({ kit }, { params, body }) =>
      kit.subscriptions.delete({ ...body, subscription: params.id }),
  }),
  defineRoute({
    operation: 'restoreSubscription',
    summary: 'Brings a deleted subscription back as it was.',
    method: 'POST',
    path: '/admin/subscriptions/:id/restore',
    access: 'admin',
    params: idParams,
    body: changedSubscription,
    answers: subscriptionShape,
    refuses: ['not_found', 'already_subscribed'],
    handle: ({ kit }, { params, body }) =>
      kit.subscriptions.restore({ ...body, subscription: params.id }),
  }),
  defineRoute({
    operation: 'purgeSubscription',
    summary: 'Removes a subscription for good; what it moved stays in the books.',
    method: 'POST',
    path: '/admin/subscriptions/:id/purge',
    access: 'admin',
    params: idParams,
    body: changedSubscription,
    answers: subscriptionShape,
    refuses: ['not_found'],
    handle: ({ kit }, { params, body }) =>
      kit.subscriptions.purge({ ...body, subscription: params.id }),
  }),
];

function within(from: Date | undefined, until: Date | undefined) {
  return from === undefined && until === undefined ? undefined : { from, until };
}
