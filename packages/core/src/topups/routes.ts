/** Standing instructions over HTTP, as data: of customers, for themselves. */
import { z } from 'zod';
import { defineRoute, instantShape, type Route } from '../http/index.ts';
import { autoTopUpFields } from './inputs.ts';

const params = z.object({ unit: z.string().min(1).max(64) });

const shape = z.object({
  unit: z.string(),
  atOrBelow: z.int(),
  offer: z.string(),
  quantity: z.int(),
  gateway: z.string().nullable(),
  limit: z.object({ purchases: z.int(), per: z.string() }),
  state: z.enum(['on', 'stopped']),
  declines: z.int(),
  retryAt: instantShape.nullable(),
});
const answers = z.object({ autoTopUp: shape.nullable() });
const path = '/balances/:unit/auto-top-up';

export const autoTopUpRoutes: readonly Route[] = [
  defineRoute({
    operation: 'getAutoTopUp',
    summary: 'What is bought by itself when a balance of who asks runs low; null for nothing.',
    ...{ method: 'GET', path, access: 'customer', params, answers, refuses: ['unit_unknown'] },
    handle: async ({ me }, { params: asked }) => ({
      autoTopUp: await me.wallet.autoTopUp({ unit: asked.unit }),
    }),
  }),
  defineRoute({
    operation: 'setAutoTopUp',
    summary: 'Has an offer bought by itself whenever a balance of who asks runs low.',
    ...{
      method: 'PUT',
      path,
      access: 'customer',
      params,
      body: z.object(autoTopUpFields),
      answers,
    },
    refuses: ['unit_unknown', 'offer_unknown'],
    handle: async ({ me }, { params: asked, body }) => ({
      autoTopUp: await me.wallet.setAutoTopUp({ ...body, unit: asked.unit } as never),
    }),
  }),
  defineRoute({
    operation: 'removeAutoTopUp',
    summary: 'Has nothing bought by itself any more; answers with what was.',
    ...{ method: 'DELETE', path, access: 'customer', params, answers, refuses: ['unit_unknown'] },
    handle: async ({ me }, { params: asked }) => ({
      autoTopUp: await me.wallet.removeAutoTopUp({ unit: asked.unit }),
    }),
  }),
];
