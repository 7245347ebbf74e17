/** Changes in a subscription's life as JSON: what routes take and answer. Only what JSON Schema can say too. */
import { z } from 'zod';
import { instantInput, instantShape, moneyShape } from '../http/index.ts';
import { changedSubscription, code, period } from './wire.ts';

/** Which plan to change to, by a customer. */
export const ownChange = z.object({
  plan: code,
  at: z.enum(['now', 'period_end', 'auto']).optional(),
  currency: code.optional(),
});

/** Which plan to change to, by an operator. */
export const anyChange = ownChange.extend({
  customer: z.string().min(1).max(255),
  version: z.int().positive().optional(),
  proration: z.enum(['prorate', 'none', 'full']).optional(),
  usage: z.enum(['keep', 'reset']).optional(),
});

/** The token of a preview. */
export const previewToken = z.string().min(1).max(255).optional();

/** What a change of plan comes to. */
export const previewShape = z.object({
  token: z.string(),
  timing: z.enum(['now', 'period_end']),
  at: instantShape,
  charge: moneyShape,
  credit: moneyShape,
  due: moneyShape,
  gained: z.array(z.string()),
  lost: z.array(z.string()),
  quotas: z.array(
    z.object({
      feature: z.string(),
      before: z.union([z.int(), z.literal('unlimited')]).nullable(),
      after: z.union([z.int(), z.literal('unlimited')]).nullable(),
    }),
  ),
  overLimit: z.array(
    z.object({
      feature: z.string(),
      used: z.int(),
      quota: z.int(),
      policy: z.enum(['block', 'freeze']),
    }),
  ),
  periods: z.array(period),
});

/** When to end, and why, by an operator. */
export const anyCancel = changedSubscription.extend({
  reason: z.string().min(1).max(255),
  at: z.union([z.enum(['boundary', 'period_end', 'now']), instantInput]).optional(),
  comment: z.string().min(1).max(2000).optional(),
});

/** When to pause, and until when. */
export const anyPause = changedSubscription.extend({
  at: z.enum(['now', 'boundary', 'period_end']).optional(),
  until: instantInput.optional(),
});

/** When to go on. */
export const anyUnpause = changedSubscription.extend({
  at: z.union([z.literal('now'), instantInput]).optional(),
});

/** What a change of plan may be refused with. */
export const changeRefusals = [
  'not_found',
  'plan_unknown',
  'invalid_state',
  'already_subscribed',
  'limit_exceeded',
  'preview_stale',
] as const;
