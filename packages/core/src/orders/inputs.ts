/** What the verbs of offers and orders take, checked at the border; the routes use the same shapes. */
import { z } from 'zod';
import { customerInput, keyInput, momentInput, reasonInput } from '../ledger/index.ts';
import { orderStatuses } from './status.ts';

const key = z.string().min(1).max(64);
const order = z.string().min(1).max(255);
const page = {
  limit: z.int().min(1).max(100).optional(),
  cursor: z.string().max(1000).optional(),
};

export const listOffersInput = z.strictObject({
  customer: customerInput.optional(),
  tags: z.array(key).max(100).optional(),
  includeLocked: z.boolean().optional(),
});

const choice = {
  gateway: key.optional(),
  returnUrl: z.url().max(2000).optional(),
  cancelUrl: z.url().max(2000).optional(),
  payFrom: key.optional(),
  capture: z.boolean().optional(),
};

/** Percent, to four decimals. */
export const taxRateShape = z.number().min(0).max(100).multipleOf(0.0001);
/** ISO 3166: two capital letters. */
export const countryShape = z.string().regex(/^[A-Z]{2}$/, 'must be two capital letters, like DE');
/** Pieces of one order. */
export const quantityShape = z.int().min(1).max(1_000_000);

export const newOrderInput = z
  .strictObject({
    customer: customerInput,
    kind: key.optional(),
    offer: key.optional(),
    plan: key.optional(),
    quantity: quantityShape.optional(),
    currency: key.optional(),
    startsAt: momentInput.optional(),
    country: countryShape.optional(),
    taxRate: taxRateShape.optional(),
    ...choice,
    idempotencyKey: keyInput,
  })
  .refine(({ offer, plan }) => (offer === undefined) !== (plan === undefined), {
    path: ['offer'],
    message: 'send either an offer or a plan',
  });

export const getOrderInput = z.strictObject({ customer: customerInput.optional(), order });

export const payOrderInput = getOrderInput.extend(choice);

export const cancelOrderInput = getOrderInput.extend({ reason: reasonInput });

export const confirmOrderInput = getOrderInput.extend({
  payment: z.enum(['manual', 'wallet']).optional(),
  startsAt: momentInput.optional(),
  reason: reasonInput,
});

export const listOrdersInput = z.strictObject({
  customer: customerInput.optional(),
  status: z.enum(orderStatuses).optional(),
  ...page,
});

export const listPurchasesInput = z.strictObject({
  customer: customerInput,
  group: key.optional(),
  offer: key.optional(),
  active: z.boolean().optional(),
  ...page,
});

export const listCreditsInput = z.strictObject({
  customer: customerInput,
  warnExpiresIn: z
    .string()
    .regex(/^P(?!$)/, 'must be an ISO 8601 duration such as P7D')
    .max(32)
    .optional(),
  warnAtOrBelow: z.int().min(0).optional(),
});

export const listWarningsInput = listCreditsInput.extend({
  minimums: z.record(key, z.int().min(0)).optional(),
});
