/** Over which time a figure is counted. */
import {
  addDuration,
  type Bucket,
  type BucketSize,
  bucketSizes,
  bucketsOf,
  checkTimeZone,
  ValidationError,
} from '../kernel/index.ts';
import { type Instant, readInstant, refuseUnreadable } from '../subscriptions/index.ts';

/** Both ends belong to it. */
export type Range = { from: Instant; until: Instant };

export type Series = {
  /** One month before `until` unless said. */
  from?: Instant | undefined;
  /** Now unless said. */
  until?: Instant | undefined;
  /** `week` unless said. */
  bucket?: BucketSize | undefined;
  /** Of the buckets; UTC unless said. */
  timeZone?: string | undefined;
};

/** @throws {ValidationError} An end is missing or no instant, or they are the wrong way round. */
export function readRange(input: Partial<Range>): { from: Date; until: Date } {
  refuseUnreadable(input, ['from', 'until']);
  const from = readInstant(input.from as Instant, '/from');
  const until = readInstant(input.until as Instant, '/until');
  return inOrder({ from, until });
}

/** @throws {ValidationError} Names each field that cannot be read. */
export function readSeries(
  input: Series,
  { now, further = [] }: { now: Date; further?: readonly string[] },
): { from: Date; until: Date; buckets: Bucket[] } {
  refuseUnreadable(input, ['from', 'until', 'bucket', 'timeZone', ...further]);
  const { bucket: size = 'week', timeZone = 'UTC' } = input;
  if (!bucketSizes.includes(size))
    throw new ValidationError([
      { pointer: '/bucket', detail: `must be one of ${bucketSizes.join(', ')}` },
    ]);
  checkTimeZone(timeZone);
  const until = input.until === undefined ? now : readInstant(input.until, '/until');
  const from =
    input.from === undefined
      ? addDuration(until, 'P1M', -1, timeZone)
      : readInstant(input.from, '/from');
  const range = inOrder({ from, until });
  return { ...range, buckets: bucketsOf({ ...range, size, timeZone }) };
}

function inOrder(range: { from: Date; until: Date }): { from: Date; until: Date } {
  if (range.from <= range.until) return range;
  throw new ValidationError([{ pointer: '/until', detail: 'must not be before from' }]);
}
