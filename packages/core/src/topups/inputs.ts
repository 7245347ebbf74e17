/** What the verbs of standing instructions take. */
import { z } from 'zod';
import { customerInput } from '../ledger/index.ts';

const key = z.string().min(1).max(64);

/** The fields of an instruction; routes take the same. */
export const autoTopUpFields = {
  atOrBelow: z.int().min(0),
  offer: key,
  quantity: z.int().min(1).max(1_000_000).optional(),
  gateway: key.optional(),
  limit: z
    .strictObject({
      purchases: z.int().min(1).max(1_000),
      per: z
        .string()
        .regex(/^P(?!$)/, 'must be an ISO 8601 duration such as P30D')
        .regex(/[1-9]/, 'must last some time')
        .max(32),
    })
    .optional(),
};

export const autoTopUpInput = z.strictObject({ customer: customerInput, unit: key });

export const setAutoTopUpInput = autoTopUpInput.extend(autoTopUpFields);
