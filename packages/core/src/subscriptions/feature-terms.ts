/**
 * Features sold without a plan, or over those of one, on terms of their own.
 *
 * All of a term is checked before it is frozen: what is sold is read for years, by code that no longer asks.
 */
import { z } from 'zod';
import { type Fault, ValidationError } from '../kernel/index.ts';
import { fault, readDuration } from './input.ts';

/** One feature and its terms; what is left out is as for a feature of no plan: quota 0, refilled each period. */
export type FeatureTerms = {
  readonly code: string;
  /** Sells a code the catalogue does not have as a boolean feature. */
  readonly kind?: 'boolean' | undefined;
  readonly quota?: number | 'unlimited' | undefined;
  /** Of a config feature. */
  readonly value?: unknown;
  readonly limit?: 'hard' | 'soft' | undefined;
  readonly overageMax?: number | undefined;
  /** `period`, `never`, or an ISO 8601 interval counted from the anchor. */
  readonly reset?: string | undefined;
  readonly rollover?: { readonly max: number; readonly expires?: string | undefined } | undefined;
  /** Percent of the quota. */
  readonly thresholds?: readonly number[] | undefined;
  readonly priority?: number | undefined;
  /** At most `max` in each part of this length, an ISO 8601 interval counted from the anchor. */
  readonly window?: { readonly per: string; readonly max: number } | undefined;
};

const count = z.int().nonnegative();

const termsShape = z.strictObject({
  code: z.string().regex(/^[^\0]{1,64}$/, 'must be text of 1 to 64 characters'),
  kind: z.literal('boolean').optional(),
  quota: z.union([z.int(), z.literal('unlimited')]).optional(),
  value: z.unknown().optional(),
  limit: z.enum(['hard', 'soft']).optional(),
  overageMax: count.optional(),
  reset: z.string().optional(),
  rollover: z.strictObject({ max: z.int().min(1), expires: z.string().optional() }).optional(),
  thresholds: z.array(z.int().min(1).max(100)).max(20).optional(),
  priority: z.int().min(-1000).max(1000).optional(),
  window: z.strictObject({ per: z.string(), max: z.int().min(1) }).optional(),
});

/** @throws {ValidationError} Names each term that cannot be read, or a feature that is named twice. */
export function readFeatures(
  features: readonly (string | FeatureTerms)[],
): readonly (string | FeatureTerms)[] {
  if (!Array.isArray(features)) throw fault('/features', 'must be a list');
  const read = features.map((given: unknown, index) => readTerms(given, `/features/${index}`));
  const codes = read.map((terms) => terms.code);
  const twice = codes.findIndex((code, index) => codes.indexOf(code) < index);
  if (twice !== -1) throw fault(`/features/${twice}`, `names ${codes[twice]} a second time`);
  return read;
}

function readTerms(given: unknown, pointer: string): FeatureTerms {
  const read = termsShape.safeParse(typeof given === 'string' ? { code: given } : given);
  if (!read.success)
    throw new ValidationError(read.error.issues.map((issue) => faultOf(issue, pointer)));
  const { reset, rollover, window, ...terms } = read.data;
  return {
    ...terms,
    ...(reset !== undefined && { reset: readReset(reset, `${pointer}/reset`) }),
    ...(rollover !== undefined && { rollover: readRollover(rollover, `${pointer}/rollover`) }),
    ...(window !== undefined && {
      window: { ...window, per: readDuration(window.per, `${pointer}/window/per`) },
    }),
  };
}

function faultOf(issue: z.core.$ZodIssue, pointer: string): Fault {
  return { pointer: [pointer, ...issue.path.map(String)].join('/'), detail: issue.message };
}

function readReset(reset: string, pointer: string): string {
  return reset === 'period' || reset === 'never' ? reset : readDuration(reset, pointer);
}

function readRollover(
  { max, expires }: { max: number; expires?: string | undefined },
  pointer: string,
): { max: number; expires?: string } {
  return expires === undefined
    ? { max }
    : { max, expires: readDuration(expires, `${pointer}/expires`) };
}
