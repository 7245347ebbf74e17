/** Subscriptions and plans as JSON: what routes take and answer. Only what JSON Schema can say too. */
import { z } from 'zod';
import { instantInput, instantShape, moneyShape } from '../http/index.ts';
import { statuses } from './state.ts';

/** One window of time with its number. */
export const period = z.object({
  number: z.int(),
  startsAt: instantShape,
  endsAt: instantShape.nullable(),
});

const feature = z.object({
  feature: z.string(),
  kind: z.enum(['boolean', 'metered', 'gauge', 'config']),
  quota: z.union([z.int(), z.literal('unlimited')]).nullable(),
  value: z.unknown().optional(),
});

/** One subscription. */
export const subscriptionShape = z.object({
  id: z.string(),
  customer: z.string(),
  plan: z.string().nullable(),
  version: z.int().nullable(),
  family: z.string().nullable(),
  status: z.enum(statuses),
  period: z.string().nullable(),
  startsAt: instantShape,
  endsAt: instantShape.nullable(),
  trialEndsAt: instantShape.nullable(),
  canceledAt: instantShape.nullable(),
  cancelReason: z.string().nullable(),
  pausedAt: instantShape.nullable(),
  resumesAt: instantShape.nullable(),
  scheduled: z
    .object({ plan: z.string(), version: z.int(), at: instantShape.nullable() })
    .nullable(),
  currentPeriod: period.nullable(),
  features: z.array(feature),
  billing: z.enum(['none', 'order', 'gateway']),
  currency: z.string().nullable(),
  source: z.string(),
  external: z.object({ gateway: z.string(), id: z.string() }).nullable(),
  createdAt: instantShape,
  updatedAt: instantShape,
  replayed: z.boolean().optional(),
});

/** One period, as it is listed. */
export const periodShape = period.extend({
  id: z.string(),
  interval: z.string(),
  usage: z
    .array(z.object({ feature: z.string(), granted: z.int().nullable(), used: z.int() }))
    .optional(),
});

/** One plan, as anyone may see it. */
export const planShape = z.object({
  key: z.string(),
  period: z.string().nullable(),
  trial: z.string().nullable(),
  price: z.array(moneyShape),
  selfService: z.boolean(),
  default: z.boolean(),
  family: z.string().nullable(),
  features: z.array(feature),
});

/** `:id` of a path. */
export const idParams = z.object({ id: z.string().min(1).max(255) });

/** What a customer may say of a subscription of its own making. */
export const ownSubscription = z.object({
  plan: z.string().min(1).max(64),
  /** `skip`, or left out for the plan's. */
  trial: z.literal('skip').optional(),
});

/** Per period, or a gauge's ceiling. */
export const quota = z.union(
  [z.int().nonnegative(), z.literal('unlimited')],
  'must be a whole number from 0, or "unlimited"',
);
const duration = z.string().regex(/^P/, 'must be an ISO 8601 duration such as P1M').max(32);
/** A key of the catalogue. */
export const code = z.string().min(1).max(64);

/** What an operator may say: everything `subscriptions.create` takes but run-time features. */
export const anySubscription = z.object({
  customer: z.string().min(1).max(255),
  plan: code.optional(),
  version: z.int().positive().optional(),
  features: z
    .array(
      z.union([
        code,
        z.strictObject({ code, quota: quota.optional(), value: z.unknown().optional() }),
      ]),
    )
    .optional(),
  startsAt: instantInput.optional(),
  endsAt: instantInput.optional(),
  period: z.union([duration, z.literal('infinite')]).optional(),
  trial: z.union([duration, z.literal('skip'), instantShape]).optional(),
  quota: z.record(z.string(), quota).optional(),
  used: z.record(z.string(), z.int().nonnegative()).optional(),
  external: z
    .strictObject({ gateway: z.string().min(1).max(64), id: z.string().min(1).max(255) })
    .optional(),
  currency: code.optional(),
  source: z.string().min(1).max(64).optional(),
  id: z.string().min(1).max(255).optional(),
});

/** Whose subscription is changed, and why. */
export const changedSubscription = z.object({
  customer: z.string().min(1).max(255),
  reason: z.string().min(1).max(500),
});

/** Which of its features as well. */
export const changedFeature = changedSubscription.extend({ feature: code });

/** Why it is given up, in the customer's words. */
export const cancelBody = z.object({
  reason: z.string().min(1).max(255).optional(),
  comment: z.string().min(1).max(2000).optional(),
});
