/** What the verbs of withdrawals take, checked at the border; the routes use the same shapes. */
import { z } from 'zod';
import { amountInput, customerInput, keyInput, reasonInput, unitInput } from '../ledger/index.ts';
import { withdrawalStatuses } from './status.ts';

/** `manual`, or a driver's name. */
export const methodInput = z.string().min(1).max(64);
/** Where the money is to go, in the words of the method. */
export const detailsInput = z
  .record(z.string().min(1).max(64), z.string().min(1).max(500))
  .refine((details) => Object.keys(details).length <= 20, 'must have at most 20 entries');

export const requestWithdrawalInput = z.strictObject({
  customer: customerInput,
  kind: z.string().min(1).max(64).optional(),
  amount: amountInput,
  currency: unitInput,
  method: methodInput.optional(),
  details: detailsInput.optional(),
  idempotencyKey: keyInput,
});

export const getWithdrawalInput = z.strictObject({
  customer: customerInput.optional(),
  withdrawal: z.string().min(1).max(255),
});

export const cancelWithdrawalInput = getWithdrawalInput.extend({ reason: reasonInput });

/** Decimal, above zero. */
export const rateInput = z
  .string()
  .regex(/^(?=.*[1-9])\d{1,20}(\.\d{1,10})?$/, 'must be a decimal above zero, like 0.0125');

export const approveWithdrawalInput = cancelWithdrawalInput.extend({ rate: rateInput.optional() });

/** A customer is told why. */
export const rejectWithdrawalInput = getWithdrawalInput.extend({
  reason: z.string().min(1).max(500),
});

export const referenceOfPayout = z.string().min(1).max(255);

export const markPaidInput = cancelWithdrawalInput.extend({
  reference: referenceOfPayout.optional(),
});

export const listWithdrawalsInput = z.strictObject({
  customer: customerInput.optional(),
  status: z.enum(withdrawalStatuses).optional(),
  limit: z.int().min(1).max(100).optional(),
  cursor: z.string().max(1000).optional(),
});
