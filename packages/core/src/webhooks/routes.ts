/** Webhook endpoints over HTTP, for operators. A secret is shown when it is made, and never again. */
import { z } from 'zod';
import { defineRoute, instantShape, pageQuery, pageShape, type Route } from '../http/index.ts';

const text = z.string().min(1).max(2000);
const reason = z.string().min(1).max(500);
const params = z.object({ id: z.string().min(1).max(255) });
const types = z.array(z.string().min(1).max(100)).min(1).max(100);
const because = z.enum(['asked', 'gone', 'failing']);

const endpointShape = z.object({
  ...{ id: z.string(), url: z.string(), description: z.string().nullable() },
  ...{ types: z.array(z.string()), enabled: z.boolean(), disabledBecause: because.nullable() },
  ...{ failingSince: instantShape.nullable(), previousUntil: instantShape.nullable() },
  createdAt: instantShape,
});
const withSecret = z.object({ endpoint: endpointShape, secret: z.string() });

const changing: readonly Route[] = [
  defineRoute({
    operation: 'createWebhook',
    summary: 'Adds an endpoint, which is sent the named events from now on, and shows its secret.',
    method: 'POST',
    path: '/admin/webhooks',
    access: 'admin',
    body: z.object({ url: text, types, description: text.optional(), reason }),
    answers: withSecret,
    status: 201,
    handle: ({ kit }, { body }) => kit.webhooks.create(body as never),
  }),
  defineRoute({
    operation: 'updateWebhook',
    summary: 'Changes where an endpoint is, what it is sent, or whether it is sent anything.',
    method: 'POST',
    path: '/admin/webhooks/:id/update',
    access: 'admin',
    params,
    body: z.object({
      ...{ url: text.optional(), types: types.optional(), enabled: z.boolean().optional() },
      ...{ description: text.nullable().optional(), reason },
    }),
    answers: endpointShape,
    refuses: ['not_found'],
    handle: ({ kit }, { params: { id }, body }) =>
      kit.webhooks.update({ ...body, endpoint: id } as never),
  }),
  defineRoute({
    operation: 'rotateWebhookSecret',
    summary: 'Gives an endpoint a new secret and shows it; for `overlap` the old one signs, too.',
    method: 'POST',
    path: '/admin/webhooks/:id/rotateSecret',
    access: 'admin',
    params,
    body: z.object({ overlap: z.string().max(100).optional(), reason }),
    answers: withSecret,
    refuses: ['not_found', 'in_use'],
    handle: ({ kit }, { params: { id }, body }) =>
      kit.webhooks.rotateSecret({ ...body, endpoint: id } as never),
  }),
  defineRoute({
    operation: 'deleteWebhook',
    summary: 'Removes an endpoint with its log; what was still to be sent to it is not.',
    method: 'POST',
    path: '/admin/webhooks/:id/delete',
    access: 'admin',
    params,
    body: z.object({ reason }),
    answers: z.object({ deleted: z.string() }),
    refuses: ['not_found'],
    handle: ({ kit }, { params: { id }, body }) => kit.webhooks.delete({ ...body, endpoint: id }),
  }),
  defineRoute({
    operation: 'replayWebhook',
    summary: 'Sends anew: one delivery, whatever became of it, or all that were given up on.',
    method: 'POST',
    path: '/admin/webhooks/:id/replay',
    access: 'admin',
    params,
    body: z.object({ delivery: z.string().min(1).max(255).optional(), reason }),
    answers: z.object({ replayed: z.int().nonnegative() }),
    refuses: ['not_found'],
    handle: ({ kit }, { params: { id }, body }) => kit.webhooks.replay({ ...body, endpoint: id }),
  }),
];

const attempt = z.object({
  ...{ at: instantShape, status: z.int().nullable() },
  ...{ error: z.string().nullable(), milliseconds: z.int() },
});
const state = z.enum(['pending', 'delivered', 'failed']);

export const webhookRoutes: readonly Route[] = [
  defineRoute({
    operation: 'listWebhooks',
    summary: 'All endpoints, oldest first.',
    method: 'GET',
    path: '/admin/webhooks',
    access: 'admin',
    answers: z.object({ items: z.array(endpointShape) }),
    handle: async ({ kit }) => ({ items: await kit.webhooks.list() }),
  }),
  defineRoute({
    operation: 'getWebhook',
    summary: 'An endpoint.',
    method: 'GET',
    path: '/admin/webhooks/:id',
    access: 'admin',
    params,
    answers: endpointShape,
    refuses: ['not_found'],
    handle: ({ kit }, { params: { id } }) => kit.webhooks.get({ endpoint: id }),
  }),
  defineRoute({
    operation: 'listWebhookDeliveries',
    summary: 'What was sent to an endpoint and what is to be, newest first, with every attempt.',
    method: 'GET',
    path: '/admin/webhooks/:id/deliveries',
    access: 'admin',
    params,
    query: pageQuery.extend({
      ...{ state: state.optional(), event: z.string().min(1).max(255).optional() },
    }),
    answers: pageShape(
      z.object({
        ...{ id: z.string(), event: z.object({ id: z.string(), type: z.string() }), state },
        ...{ attempts: z.array(attempt), nextAt: instantShape.nullable() },
      }),
    ),
    refuses: ['not_found', 'cursor'],
    handle: ({ kit }, { params: { id }, query }) =>
      kit.webhooks.deliveries({ ...query, endpoint: id }),
  }),
  ...changing,
];
