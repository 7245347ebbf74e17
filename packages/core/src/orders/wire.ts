/** Offers as JSON: what routes answer. Only what JSON Schema can say too. */
import { z } from 'zod';
import { moneyShape } from '../http/index.ts';

/** An offer, as anyone may see it. */
export const offerShape = z.object({
  key: z.string(),
  title: z.string().nullable(),
  group: z.string().nullable(),
  kind: z.enum(['subscription', 'tokens', 'expertise']).nullable(),
  price: z.array(moneyShape),
  plan: z.string().nullable(),
  cycle: z.string().nullable(),
  grants: z.array(moneyShape),
  tags: z.array(z.string()),
  limit: z.object({ quantity: z.int(), per: z.enum(['customer', 'order']) }).nullable(),
  unlockedBy: z.array(z.string()),
  override: z.object({ key: z.string(), weight: z.int() }).nullable(),
  popular: z.int().nullable(),
  append: z.boolean(),
  notBeforeStart: z.boolean(),
  items: z.array(
    z.object({ offer: z.string(), quantity: z.int(), cycle: z.string().nullable().optional() }),
  ),
  archived: z.boolean(),
  hasDependentOffers: z.boolean(),
  locked: z.boolean(),
});
