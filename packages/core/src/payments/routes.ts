/** Where gateways tell. The body is taken as it came, and believed by its signature alone. */
import { z } from 'zod';
import { defineRoute, type Route } from '../http/index.ts';

const gateway = z.string().min(1).max(64);
const answers = z.object({ outcome: z.enum(['applied', 'ignored', 'flagged', 'repeated']) });
const common = {
  method: 'POST',
  access: 'public',
  raw: true,
  answers,
  refuses: ['webhook_signature', 'not_found', 'gateway_error'],
} as const;

export const paymentRoutes: readonly Route[] = [
  defineRoute({
    ...common,
    operation: 'takeWebhook',
    summary: 'What a gateway tells of payments, signed over its raw body. A repeat does nothing.',
    path: '/webhooks/:gateway',
    params: z.object({ gateway }),
    handle: ({ kit, raw }, { params }) =>
      kit.payments.webhook({
        gateway: params.gateway,
        rawBody: raw.body as never,
        headers: raw.headers,
      }),
  }),
  defineRoute({
    ...common,
    operation: 'takeTenantWebhook',
    summary: 'As `takeWebhook`, of a tenant that has an account of its own at the gateway.',
    path: '/webhooks/:gateway/:tenant',
    params: z.object({ gateway, tenant: z.string().min(1).max(255) }),
    handle: ({ kit, raw }, { params }) =>
      kit.tenant(params.tenant).payments.webhook({
        gateway: params.gateway,
        rawBody: raw.body as never,
        headers: raw.headers,
      }),
  }),
];
