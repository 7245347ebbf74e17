/** What the wallet's verbs take, checked at the border; the routes use the same shapes. */
import { z } from 'zod';

/** A moment as hosts give it: a `Date`, or ISO 8601 text with its zone. */
export const momentInput: z.ZodType<Date> = z
  .union(
    [z.date(), z.iso.datetime({ offset: true })],
    'must be a Date or ISO 8601 text with its zone, such as 2026-01-31T10:00:00Z',
  )
  .transform((value) => new Date(value));

/** Above zero, in the unit's minor unit. */
export const amountInput = z.int().positive('must be above 0');
export const customerInput = z.string().min(1).max(255);
export const keyInput = z.string().min(1).max(255).optional();
export const unitInput = z.string().min(1).max(64);
export const referenceInput = z.strictObject({
  type: z.string().min(1).max(64),
  id: z.string().min(1).max(255),
});
export const usedByInput = z.union(
  [
    z.string().min(1).max(255),
    z.strictObject({ kind: z.string().min(1).max(64), id: z.string().min(1).max(255) }),
  ],
  'must be an id, or { kind, id }',
);

/** Why it is done: with one, the change is kept in the audit, in the same transaction. */
export const reasonInput = z.string().min(1).max(500).optional();

export const balanceInput = z.strictObject({ customer: customerInput, unit: unitInput });

export const creditInput = z.strictObject({
  customer: customerInput,
  unit: unitInput,
  amount: amountInput,
  source: z.enum(['top_up', 'promotion', 'reward', 'refund', 'adjustment', 'order']).optional(),
  reference: referenceInput.optional(),
  expiresAt: momentInput.optional(),
  effectiveAt: momentInput.optional(),
  /** It counts only from `effectiveAt`. */
  notBeforeStart: z.boolean().optional(),
  priority: z.int().min(-1000).max(1000).optional(),
  idempotencyKey: keyInput,
  reason: reasonInput,
});

/** One line of an import; its key is made of the import's. */
export const creditLineInput = creditInput.omit({ idempotencyKey: true, reason: true });

export const debitInput = z.strictObject({
  customer: customerInput,
  unit: unitInput,
  amount: amountInput,
  reference: referenceInput.optional(),
  usedBy: usedByInput.optional(),
  idempotencyKey: keyInput,
  reason: reasonInput,
});

export const transferInput = z.strictObject({
  customer: customerInput,
  to: customerInput,
  unit: unitInput,
  amount: amountInput,
  reference: referenceInput.optional(),
  idempotencyKey: keyInput,
});

export const statementInput = z.strictObject({
  customer: customerInput,
  unit: unitInput,
  kind: z
    .enum([
      'credit',
      'debit',
      'hold',
      'release',
      'capture',
      'expiry',
      'void',
      'give_back',
      'reversal',
      'adjustment',
    ])
    .optional(),
  referenceType: z.string().min(1).max(64).optional(),
  from: momentInput.optional(),
  to: momentInput.optional(),
  limit: z.int().min(1).max(100).optional(),
  cursor: z.string().max(1000).optional(),
});

/** Longest that a hold may reserve: a year. */
const durationInput = z
  .string()
  .regex(/^P(?!$)/, 'must be an ISO 8601 duration such as PT5M')
  .max(32);

export const holdInput = z
  .strictObject({
    customer: customerInput,
    unit: unitInput.optional(),
    feature: unitInput.optional(),
    amount: amountInput,
    expiresIn: durationInput.optional(),
    usedBy: usedByInput.optional(),
    reference: referenceInput.optional(),
    idempotencyKey: keyInput,
  })
  .refine((input) => (input.unit === undefined) !== (input.feature === undefined), {
    path: ['unit'],
    message: 'send either unit or feature',
  });

export const captureInput = z.strictObject({
  customer: customerInput.optional(),
  hold: z.string().min(1).max(255),
  amount: z.int().nonnegative().optional(),
  final: z.boolean().optional(),
  idempotencyKey: keyInput,
});

export const explainInput = z.strictObject({
  customer: customerInput,
  unit: unitInput,
  limit: z.int().min(1).max(100).optional(),
  cursor: z.string().max(1000).optional(),
});

export const balanceAtInput = z.strictObject({
  customer: customerInput,
  unit: unitInput,
  at: momentInput,
});

export const owedInput = z.strictObject({
  customer: customerInput.optional(),
  unit: unitInput.optional(),
  limit: z.int().min(1).max(100).optional(),
  cursor: z.string().max(1000).optional(),
});

export const totalsInput = z.strictObject({
  customer: customerInput,
  unit: unitInput.optional(),
  from: momentInput,
  to: momentInput,
  all: z.boolean().optional(),
});

export const holdsInput = z.strictObject({
  customer: customerInput,
  state: z.enum(['open', 'captured', 'released', 'expired']).optional(),
  limit: z.int().min(1).max(100).optional(),
  cursor: z.string().max(1000).optional(),
});

export const releaseInput = z.strictObject({
  customer: customerInput.optional(),
  hold: z.string().min(1).max(255),
});
export const extendInput = z.strictObject({
  customer: customerInput.optional(),
  hold: z.string().min(1).max(255),
  until: z.union([durationInput, momentInput]),
});
export const exchangeInput = z.strictObject({
  customer: customerInput,
  from: unitInput,
  to: unitInput,
  amount: amountInput,
  idempotencyKey: keyInput,
});
