/** What the correcting verbs take, checked at the border. A reason is kept in the audit. */
import { z } from 'zod';
import {
  amountInput,
  customerInput,
  keyInput,
  momentInput,
  reasonInput,
  unitInput,
} from './inputs.ts';

export const verifyInput = z.strictObject({
  incremental: z.boolean().optional(),
  mark: z.boolean().optional(),
});

export const limitsInput = z.strictObject({
  customer: customerInput,
  unit: unitInput,
  floor: z.int().nullable().optional(),
  ceiling: z.int().nullable().optional(),
  inherit: z.boolean().optional(),
  reason: reasonInput,
});

export const stopInput = z.strictObject({
  customer: customerInput,
  unit: unitInput,
  reason: reasonInput,
});

export const reverseInput = z.strictObject({
  customer: customerInput.optional(),
  transfer: z.string().min(1).max(64),
  amount: amountInput.optional(),
  idempotencyKey: keyInput,
  reason: reasonInput,
});

const mustBeReasoned = z.string().min(1, 'must say why').max(500);

export const adjustInput = z.strictObject({
  customer: customerInput,
  unit: unitInput,
  to: z.int(),
  idempotencyKey: keyInput,
  reason: mustBeReasoned,
});
export const resetInput = adjustInput.omit({ to: true });

/** Of one grant, or of all that are open on a balance. */
export const expiryInput = z
  .strictObject({
    customer: customerInput,
    unit: unitInput.optional(),
    grant: z.string().min(1).max(64).optional(),
    expiresAt: momentInput.nullable(),
    reason: reasonInput,
  })
  .refine((input) => (input.unit === undefined) !== (input.grant === undefined), {
    path: ['unit'],
    message: 'send either unit or grant',
  });

export const grantInput = z.strictObject({
  customer: customerInput.optional(),
  grant: z.string().min(1).max(64),
  reason: reasonInput,
});
