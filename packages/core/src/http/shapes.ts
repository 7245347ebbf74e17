/**
 * The shapes that many routes share: amounts, instants, pages, and money as it goes over the wire.
 *
 * Only what JSON Schema can say too: the OpenAPI document is made of these.
 */
import { z } from 'zod';

/** Above zero, in the unit's smallest part. */
export const amountShape = z.int().positive();
/** ISO 8601 with an offset. */
export const instantShape = z.iso.datetime({ offset: true });
/** ISO 8601 text that the verb gets as a `Date`. */
export const instantInput = instantShape.transform((text) => new Date(text));
/** `{ type, id }` of what a movement is about, in the host's words. */
export const referenceShape = z.strictObject({
  type: z.string().min(1).max(64),
  id: z.string().min(1).max(255),
});

/** A whole number in a query string. */
export const wholeQuery = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a whole number')
  .transform(Number);

/** `limit` and `cursor` of every list. */
export const pageQuery = z.object({
  limit: wholeQuery
    .refine((limit) => limit >= 1 && limit <= 100, 'must be a whole number from 1 to 100')
    .optional(),
  cursor: z.string().max(1000).optional(),
});

/** A page of `item`. */
export function pageShape(item: z.ZodType): z.ZodType {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}

/** SPEC 1.11: an amount never travels without its unit, scale and readable form. */
export const moneyShape = z.object({
  amount: z.int(),
  unit: z.string(),
  scale: z.int(),
  formatted: z.string(),
});

/** A balance; `available` is null when unlimited, `formatted` is what is available. */
export const balanceShape = z.object({
  unit: z.string(),
  scale: z.int(),
  settled: z.int(),
  held: z.int(),
  available: z.int().nullable(),
  formatted: z.string().nullable(),
});

/** The answer to "may they?", as every guard, check and consume gives it. */
export const decisionShape = z.object({
  allowed: z.boolean(),
  reason: z.string().nullable(),
  feature: z.string().optional(),
  unit: z.string().optional(),
  requested: z.int(),
  granted: z.int().nullable(),
  used: z.int(),
  held: z.int(),
  available: z.int().nullable(),
  overage: z.int(),
  limit: z.enum(['hard', 'soft', 'none']),
  resetsAt: instantShape.nullable(),
  value: z.unknown().optional(),
  replayed: z.boolean().optional(),
  transferId: z.string().optional(),
  sources: z.array(z.record(z.string(), z.unknown())).optional(),
});
