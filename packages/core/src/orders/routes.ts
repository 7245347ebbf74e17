/** Offers over HTTP, as data. Everybody sees what they may order. */
import { z } from 'zod';
import { defineRoute, type Route } from '../http/index.ts';
import { offerShape } from './wire.ts';

const flag = z.enum(['true', 'false']).transform((value) => value === 'true');

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
];
