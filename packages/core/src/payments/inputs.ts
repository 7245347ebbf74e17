/** What the verbs of payments take, checked at the border; the routes use the same shapes. */
import { z } from 'zod';
import { customerInput } from '../ledger/index.ts';

export const paymentStates = [
  ...(['creating', 'open', 'processing', 'needs_payment_method', 'needs_action'] as const),
  ...(['needs_capture', 'unknown', 'canceled', 'succeeded'] as const),
] as const;

export const listPaymentsInput = z.strictObject({
  customer: customerInput.optional(),
  order: z.string().min(1).max(255).optional(),
  state: z.enum(paymentStates).optional(),
  flagged: z.boolean().optional(),
  limit: z.int().min(1).max(100).optional(),
  cursor: z.string().max(1000).optional(),
});
