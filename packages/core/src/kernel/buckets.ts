/** Cutting a stretch of time into minutes, hours, days, weeks, months or years of a zone, each with a name to sort by. */
import { Temporal } from 'temporal-polyfill';
import { ValidationError } from './errors.ts';

export const bucketSizes = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const;

export type BucketSize = (typeof bucketSizes)[number];

export type Bucket = {
  /** `2026-01-31 10:59`, `2026-01-31 10`, `2026-01-31`, `202605` for an ISO week, `2026-01`, `2026`. */
  readonly key: string;
  readonly startsAt: Date;
  /** The first instant that is no longer inside. */
  readonly endsAt: Date;
};

/** More than a chart shows, and few enough to count each. */
const bucketsMax = 1000;

/**
 * The buckets from the one that contains `from`, as long as they start before `until`; at least one, and the last is not
 * cut. Weeks start on Monday.
 * @throws {ValidationError} More than 1,000 of them.
 */
export function bucketsOf(input: {
  readonly from: Date;
  readonly until: Date;
  readonly size: BucketSize;
  readonly timeZone: string;
}): Bucket[] {
  const { from, until, size, timeZone } = input;
  const first = startOf(zoned(from, timeZone), size);
  const buckets: Bucket[] = [];
  for (let start = first; buckets.length === 0 || instantOf(start) < until; ) {
    if (buckets.length === bucketsMax)
      throw new ValidationError([
        {
          pointer: '/bucket',
          detail: `must leave at most ${bucketsMax} buckets: ask for larger ones`,
        },
      ]);
    const next = first.add({ [`${size}s`]: buckets.length + 1 });
    buckets.push({ key: keyOf(start, size), startsAt: instantOf(start), endsAt: instantOf(next) });
    start = next;
  }
  return buckets;
}

function startOf(at: Temporal.ZonedDateTime, size: BucketSize): Temporal.ZonedDateTime {
  if (size === 'minute' || size === 'hour')
    return at.round({ smallestUnit: size, roundingMode: 'trunc' });
  const day = at.startOfDay();
  if (size === 'week') return day.subtract({ days: at.dayOfWeek - 1 }).startOfDay();
  if (size === 'month') return day.with({ day: 1 }).startOfDay();
  return size === 'year' ? day.with({ month: 1, day: 1 }).startOfDay() : day;
}

function keyOf(start: Temporal.ZonedDateTime, size: BucketSize): string {
  const text = start.toPlainDateTime().toString({ smallestUnit: 'minute' }).replace('T', ' ');
  if (size === 'week') return `${start.yearOfWeek}${String(start.weekOfYear).padStart(2, '0')}`;
  const characters = { minute: 16, hour: 13, day: 10, month: 7, year: 4 }[size];
  return text.slice(0, characters);
}

function zoned(instant: Date, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(zone);
}

function instantOf(at: Temporal.ZonedDateTime): Date {
  return new Date(at.epochMilliseconds);
}
