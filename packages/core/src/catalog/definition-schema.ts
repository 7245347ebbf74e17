/** The shape of a catalogue, checked at run time. What one part says of another is `contradictions.ts`. */
import { z } from 'zod';
import { isZero, parseDuration } from '../kernel/index.ts';
import { count, key, title } from './definition-parts.ts';
import { offerSchema } from './offer-schema.ts';

const duration = z
  .string()
  .refine(
    (value) => isDuration(value) && !isZero(parseDuration(value)),
    'must be an ISO 8601 duration above zero, such as P1M',
  );
const quota = z.union(
  [count, z.literal('unlimited')],
  'must be a whole number from 0, or "unlimited"',
);
const credits = z.strictObject({
  unit: z.string(),
  cost: z.int().min(1, 'must be a whole number from 1'),
});

function isDuration(value: string): boolean {
  try {
    parseDuration(value);
    return true;
  } catch {
    return false;
  }
}

const feature = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('boolean'), title }),
    z.strictObject({ kind: z.literal('metered'), title, credits: credits.optional() }),
    z.strictObject({ kind: z.literal('gauge'), title }),
    z.strictObject({
      kind: z.literal('config'),
      title,
      schema: z.custom<{ '~standard': unknown }>(
        (value) => typeof value === 'object' && value !== null && '~standard' in value,
        'must be a schema (zod, or any Standard Schema)',
      ),
      merge: z.enum(['greatest', 'smallest', 'newest']).optional(),
    }),
  ],
  'must have a kind: boolean, metered, gauge or config',
);

/** A metered feature on a plan. */
export const meteredItem = z
  .strictObject({
    quota,
    limit: z.enum(['hard', 'soft']).optional(),
    overageMax: count.optional(),
    reset: z
      .union(
        [z.enum(['period', 'never']), duration],
        'must be "period", "never" or an ISO 8601 duration',
      )
      .optional(),
    rollover: z.strictObject({ max: z.int().min(1), expires: duration.optional() }).optional(),
    thresholds: z.array(z.int().min(1).max(100)).max(20).optional(),
    priority: z.int().min(-1000).max(1000).optional(),
    credits: credits.nullable().optional(),
    window: z.strictObject({ per: duration, max: z.int().min(1) }).optional(),
  })
  .refine(
    (item) => item.overageMax === undefined || item.limit === 'soft',
    'overageMax needs limit: "soft"',
  )
  .refine(
    (item) => item.rollover === undefined || item.quota !== 'unlimited',
    'an unlimited quota has nothing to roll over',
  );

/** A gauge on a plan. */
export const gaugeItem = z.strictObject({
  quota,
  overLimit: z.enum(['block', 'freeze']).optional(),
});

const plan = z.strictObject({
  period: z
    .union(
      [z.literal('infinite'), duration],
      'must be an ISO 8601 duration such as P1M, or "infinite"',
    )
    .optional(),
  trial: duration.optional(),
  pastDue: z.string().refine(isDuration, 'must be an ISO 8601 duration, such as P3D').optional(),
  billing: z.enum(['none', 'order', 'gateway']).optional(),
  price: z.record(z.string(), count).optional(),
  selfService: z.boolean().optional(),
  default: z.boolean().optional(),
  family: key.nullable().optional(),
  fallback: z.string().optional(),
  features: z.record(z.string(), z.unknown()).optional(),
});

export const definitionSchema = z.strictObject({
  units: z
    .record(
      key,
      z.strictObject({
        scale: z.int().min(0).max(9, 'must be a whole number from 0 to 9').optional(),
        floor: z.int().nullable().optional(),
        max: z.int().nullable().optional(),
      }),
    )
    .default({}),
  features: z.record(key, feature),
  plans: z.record(key, plan).default({}),
  offers: z.record(key, offerSchema).default({}),
});

export type Definition = z.output<typeof definitionSchema>;
