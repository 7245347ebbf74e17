/** The shape of an offer, checked at run time, and how its cycle is stored. */
import { z } from 'zod';
import { approximateDays, formatDuration, isZero, parseDuration } from '../kernel/index.ts';
import { count, key, title } from './definition-parts.ts';

const words: Readonly<Record<string, string>> = {
  daily: 'P1D',
  weekly: 'P7D',
  'bi-weekly': 'P14D',
  monthly: 'P1M',
  trimester: 'P3M',
  semester: 'P6M',
  yearly: 'P1Y',
};
/** A leap year is no longer than a year. */
const daysMax = 366;

/** A cycle as it is stored: ISO 8601, or `null` for once. Takes what the schema took. */
export function cycleText(cycle: string): string | null {
  if (cycle === 'once') return null;
  return formatDuration(parseDuration(words[cycle] ?? cycle));
}

function isCycle(cycle: string): boolean {
  if (cycle === 'once' || Object.hasOwn(words, cycle)) return true;
  try {
    const duration = parseDuration(cycle);
    const { years, months, days, hours, minutes, seconds } = duration;
    const isCalendar = years + months + days > 0;
    const isElapsed = hours + minutes + seconds > 0;
    if (isZero(duration) || isCalendar === isElapsed) return false;
    return isElapsed || approximateDays(duration) <= daysMax;
  } catch {
    return false;
  }
}

const cycle = z
  .string()
  .refine(
    isCycle,
    'must be once, a word such as monthly, a duration from P1D to P1Y, or seconds such as PT90S',
  );
const quantity = z.int().min(1, 'must be a whole number from 1');
const keys = z.array(key).max(100);

/** An offer, before its defaults. */
export const offerSchema = z.strictObject({
  title,
  group: key.optional(),
  kind: z.enum(['subscription', 'tokens', 'expertise']).optional(),
  price: z.record(z.string(), count).optional(),
  plan: z.string().optional(),
  cycle: cycle.optional(),
  grants: z.record(z.string(), z.int().min(1)).optional(),
  tags: keys.optional(),
  limit: z.strictObject({ quantity, per: z.enum(['customer', 'order']).optional() }).optional(),
  unlockedBy: keys.optional(),
  override: z.strictObject({ key, weight: z.int().optional() }).optional(),
  popular: z.int().optional(),
  append: z.boolean().optional(),
  notBeforeStart: z.boolean().optional(),
  items: z
    .array(
      z.strictObject({
        offer: z.string(),
        quantity: quantity.optional(),
        cycle: cycle.optional(),
      }),
    )
    .max(50)
    .optional(),
  archived: z.boolean().optional(),
});
