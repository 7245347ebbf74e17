/** Shapes of the tree, rewards and their events over HTTP. */
import { z } from 'zod';
import { instantShape, pageShape } from '../http/index.ts';
import { eventStatus } from './inputs.ts';

export const treeShape = z.object({
  ...{ customer: z.string(), code: z.string().nullable(), sponsor: z.string().nullable() },
  total: z.int().nonnegative(),
  levels: z.array(z.object({ level: z.int().positive(), count: z.int().nonnegative() })),
  referrals: pageShape(
    z.object({ customer: z.string(), attachedAt: instantShape, referrals: z.int().nonnegative() }),
  ),
});

const rewardShape = z.object({
  ...{ customer: z.string(), kind: z.enum(['actor', 'upline']), level: z.int().nonnegative() },
  ...{ amount: z.int(), unit: z.string(), outstanding: z.int().nonnegative() },
  writtenOff: z.int().nonnegative(),
  maturesAt: instantShape.nullable(),
});

export const listedRewardShape = rewardShape.extend({
  ...{ event: z.string(), trigger: z.string(), createdAt: instantShape },
});

export const rewardEventShape = z.object({
  ...{ event: z.string(), trigger: z.string(), externalId: z.string(), customer: z.string() },
  subject: z.object({ type: z.string(), id: z.string() }).nullable(),
  status: eventStatus,
  ...{ attempts: z.int().nonnegative(), lastError: z.string().nullable() },
  skipReason: z.enum(['disabled', 'exclusive']).nullable(),
  base: z.object({ amount: z.int().nonnegative(), unit: z.string() }).nullable(),
  rate: z
    .object({ of: z.string(), per: z.string(), source: z.string(), at: instantShape })
    .nullable(),
  ...{ reverses: z.string().nullable(), reversedBasisPoints: z.int().min(0).max(10_000) },
  outstanding: z.int().nonnegative(),
  createdAt: instantShape,
});

export const triggeredShape = rewardEventShape.extend({
  rewards: z.array(rewardShape),
  replayed: z.boolean(),
});

export const collectedShape = triggeredShape.extend({ collected: z.int().nonnegative() });
export const writtenOffShape = triggeredShape.extend({ writtenOff: z.int().nonnegative() });
