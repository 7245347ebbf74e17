/** What the verbs of offers and orders take, checked at the border; the routes use the same shapes. */
import { z } from 'zod';
import { customerInput } from '../ledger/index.ts';

const key = z.string().min(1).max(64);

export const listOffersInput = z.strictObject({
  customer: customerInput.optional(),
  tags: z.array(key).max(100).optional(),
  includeLocked: z.boolean().optional(),
});
