/** What `orders.refund` takes, checked at the border; the route uses the same shapes. */
import { z } from 'zod';
import { customerInput, keyInput, reasonInput } from '../ledger/index.ts';

/** In the smallest part of the order's currency. */
export const refundAmountShape = z.int().min(1);
export const refundTargetShape = z.enum(['gateway', 'wallet', 'manual']);

export const refundOrderInput = z.strictObject({
  customer: customerInput.optional(),
  order: z.string().min(1).max(255),
  amount: refundAmountShape.optional(),
  to: refundTargetShape.optional(),
  reason: reasonInput,
  idempotencyKey: keyInput,
});

export const refundStates = ['pending', 'succeeded', 'failed'] as const;

export const listRefundsInput = z.strictObject({
  customer: customerInput.optional(),
  order: z.string().min(1).max(255).optional(),
  state: z.enum(refundStates).optional(),
  limit: z.int().min(1).max(100).optional(),
  cursor: z.string().max(1000).optional(),
});
