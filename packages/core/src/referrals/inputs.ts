/** What the verbs of referrals take, checked at the border; the routes use the same shapes. */
import { z } from 'zod';
import { amountInput, customerInput, keyInput, reasonInput } from '../ledger/index.ts';

/** As people type it: in any case. */
export const codeShape = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9_-]{1,32}$/, 'must have 1 to 32 letters, digits, "_" or "-"')
  .transform((code) => code.toUpperCase());

export const codeInput = z.strictObject({
  customer: customerInput,
  code: codeShape.optional(),
  reason: reasonInput,
});

/** Whatever it looks like: what cannot be a code is nobody's. */
export const validateCodeInput = z.strictObject({ code: z.string().max(255) });

export const attachInput = z
  .strictObject({
    customer: customerInput,
    code: codeShape.optional(),
    sponsor: customerInput.optional(),
    reason: reasonInput,
  })
  .refine(({ code, sponsor }) => (code === undefined) !== (sponsor === undefined), {
    path: ['code'],
    message: 'send either code or sponsor',
  });

export const treeInput = z.strictObject({
  customer: customerInput,
  limit: z.int().min(1).max(100).optional(),
  cursor: z.string().max(1000).optional(),
});

const page = {
  limit: z.int().min(1).max(100).optional(),
  cursor: z.string().max(1000).optional(),
};

/** Its type ends where the first ":" of a generated external id stands. */
const subjectType = z.string().regex(/^[^:]{1,64}$/, 'must have 1 to 64 characters, and no ":"');

export const subjectShape = z.strictObject({
  type: subjectType,
  id: z.string().min(1).max(100),
});

export const eventStatus = z.enum([
  ...(['pending', 'processing', 'processed', 'failed', 'skipped', 'partly_reversed'] as const),
]);

export const retryInput = z.strictObject({
  event: z.string().min(1).max(255),
  reason: reasonInput,
});

export const triggerInput = z.strictObject({
  alias: z.string().min(1).max(64),
  customer: customerInput,
  amount: amountInput.optional(),
  payload: z.unknown().optional(),
  externalId: z.string().min(1).max(255).optional(),
  subject: subjectShape.optional(),
  queue: z.boolean().optional(),
  reason: reasonInput,
});

export const rewardsInput = z.strictObject({
  customer: customerInput.optional(),
  event: z.string().min(1).max(255).optional(),
  outstanding: z.boolean().optional(),
  ...page,
});

const eventId = z.string().min(1).max(255);

export const reverseEventInput = z
  .strictObject({
    event: eventId.optional(),
    alias: z.string().min(1).max(64).optional(),
    externalId: eventId.optional(),
    subject: subjectShape.optional(),
    basisPoints: z.int().min(1).max(10_000).optional(),
    idempotencyKey: keyInput,
    reason: reasonInput,
  })
  .refine(
    ({ event, alias, externalId, subject }) =>
      [event, externalId, subject].filter((one) => one !== undefined).length === 1 &&
      (event === undefined) === (alias !== undefined),
    { path: ['event'], message: 'send either event, or alias and externalId or subject' },
  )
  .refine(
    ({ basisPoints, idempotencyKey }) => basisPoints === undefined || idempotencyKey !== undefined,
    { path: ['idempotencyKey'], message: 'is needed for a share: it may not be taken twice' },
  );

export const rewardEventsInput = z.strictObject({
  customer: customerInput.optional(),
  trigger: eventId.optional(),
  status: eventStatus.optional(),
  subject: subjectShape.optional(),
  outstanding: z.boolean().optional(),
  ...page,
});

export const collectInput = z.strictObject({
  reversal: eventId,
  customer: customerInput.optional(),
  idempotencyKey: keyInput,
  reason: reasonInput,
});

/** Whoever gives something up says why. */
export const writeOffInput = collectInput.extend({ reason: z.string().min(1).max(500) });
