/** What the metering verbs take, checked at the border. Subscriptions read their own inputs. */
import { z } from 'zod';
import { optionalFields } from '../customers/index.ts';
import { amountInput, customerInput, keyInput, reasonInput, usedByInput } from '../ledger/index.ts';

const feature = z.string().min(1).max(64);
const from = z.enum(['quota', 'credits', 'both']).optional();

/** `amount` 0 is a peek. */
export const checkInput = z.strictObject({
  customer: customerInput,
  feature,
  amount: z.int().nonnegative('must not be below 0').optional(),
  usedBy: usedByInput.optional(),
  value: z.unknown().optional(),
  sources: z.boolean().optional(),
});

export const useInput = z.strictObject({
  customer: customerInput,
  feature,
  amount: amountInput.optional(),
  usedBy: usedByInput.optional(),
  from,
  idempotencyKey: keyInput,
});

/** The spend by its name, or the feature, or both. */
export const giveBackInput = z
  .strictObject({
    customer: customerInput,
    feature: feature.optional(),
    of: z.string().min(1).max(64).optional(),
    amount: amountInput.optional(),
    usedBy: usedByInput.optional(),
    idempotencyKey: keyInput,
  })
  .refine(({ feature, of }) => feature !== undefined || of !== undefined, {
    path: ['feature'],
    message: 'is missing: send the feature, or the spend as of',
  });

export const gaugeInput = z.strictObject({
  customer: customerInput,
  feature,
  amount: z.int().nonnegative('must not be below 0'),
  usedBy: usedByInput.optional(),
});

export const listEntitlementsInput = z.strictObject({ customer: customerInput });

export const usageInput = z.strictObject({
  customer: customerInput,
  feature,
  by: z.literal('usedBy').optional(),
  limit: z.int().min(1).max(100).optional(),
  cursor: z.string().max(1000).optional(),
});

export const upsertInput = z.strictObject({
  customer: customerInput,
  kind: z.string().min(1).max(64).optional(),
  ...optionalFields,
  external: z.record(z.string().min(1).max(64), z.string().min(1).max(255)).optional(),
  referralCode: z.string().max(255).optional(),
  reason: reasonInput,
});

/** Whatever it holds, only what is allowed is read. */
export const ownProfileInput = z.strictObject({ profile: z.looseObject({}) });

export const listCustomersInput = z.strictObject({
  kind: z.string().min(1).max(64).optional(),
  search: z.string().min(1).max(255).optional(),
  limit: z.int().min(1).max(100).optional(),
  cursor: z.string().max(1000).optional(),
  count: z.boolean().optional(),
});

export const namedCustomerInput = z.strictObject({ customer: customerInput });
export const freezeInput = z.strictObject({ customer: customerInput, reason: reasonInput });

const keys = z.array(z.string().min(1).max(64)).max(100);

export const findOffersInput = z.strictObject({
  group: z.string().min(1).max(64).optional(),
  unlockedBy: keys.optional(),
  tags: keys.optional(),
  match: z.enum(['any', 'all']).optional(),
  archived: z.boolean().optional(),
});

export const eraseInput = z.strictObject({
  customer: customerInput,
  reason: z.string().min(1).max(500),
  force: z.boolean().optional(),
});
