/**
 * Calendar arithmetic from an anchor in an IANA zone: boundary k is anchor + k intervals, never step by step.
 *
 * A month without the anchor's day ends on its last day, and the next returns to the anchor's. A local time that
 * does not exist moves forward by the gap; one that occurs twice means the first (RFC 5545, SPEC 1.4, 1.5).
 */
import { Temporal } from 'temporal-polyfill';
import {
  approximateDays,
  type Duration,
  elapsedMilliseconds,
  isZero,
  parseDuration,
} from './duration.ts';
import { ValidationError } from './errors.ts';

export type Period = {
  /** From 1. */
  readonly number: number;
  readonly startsAt: Date;
  /** The first instant that is no longer inside. */
  readonly endsAt: Date;
};

/**
 * Anchor + `times` x duration, in the zone's local time.
 * @param times Whole; zero is the anchor itself.
 * @throws {ValidationError} The duration is none.
 */
export function addDuration(anchor: Date, duration: string, times: number, zone: string): Date {
  return stepped(anchor, parseDuration(duration), times, zone);
}

/**
 * The period that contains an instant; `null` before the anchor. Periods that a change of zone rules left empty
 * contain nothing and are passed over, their numbers too.
 *
 * @throws {ValidationError} The duration is none, or zero.
 */
export function periodAt(anchor: Date, duration: string, zone: string, at: Date): Period | null {
  const parts = parseDuration(duration);
  if (isZero(parts))
    throw new ValidationError([{ pointer: '', detail: 'a period must be longer than zero' }]);
  if (at < anchor) return null;
  let steps = Math.floor((at.getTime() - anchor.getTime()) / (approximateDays(parts) * 86_400_000));
  let startsAt = stepped(anchor, parts, steps, zone);
  for (; startsAt > at; startsAt = stepped(anchor, parts, steps, zone)) steps -= 1;
  let endsAt = stepped(anchor, parts, steps + 1, zone);
  for (; endsAt <= at; endsAt = stepped(anchor, parts, steps + 1, zone)) {
    steps += 1;
    startsAt = endsAt;
  }
  return { number: steps + 1, startsAt, endsAt };
}

/** The calendar difference as ISO 8601 text, largest parts first, zero parts left out. */
export function durationBetween(start: Date, end: Date, zone: string): string {
  const from = zoned(start, zone);
  return from.until(zoned(end, zone), { largestUnit: 'year' }).toString();
}

/** @throws {ValidationError} The text names no IANA zone. */
export function checkTimeZone(zone: string, pointer = '/timeZone'): string {
  if (isTimeZone(zone)) return zone;
  throw new ValidationError([{ pointer, detail: 'must be an IANA time zone, like Europe/Berlin' }]);
}

function isTimeZone(zone: unknown): boolean {
  if (typeof zone !== 'string' || !/^[A-Za-z]/.test(zone)) return false;
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }));
  } catch {
    return false;
  }
}

function stepped(anchor: Date, duration: Duration, times: number, zone: string): Date {
  const months = (duration.years * 12 + duration.months) * times;
  const days = duration.days * times;
  const elapsed = elapsedMilliseconds(duration) * times;
  if (months === 0 && days === 0) return new Date(anchor.getTime() + elapsed);
  const local = zone === 'UTC' ? inUtc(anchor, months, days) : inZone(anchor, months, days, zone);
  return new Date(local + elapsed);
}

/** Most customers live here, and it is fifty times cheaper. */
function inUtc(anchor: Date, months: number, days: number): number {
  const month = anchor.getUTCMonth() + months;
  const first = new Date(anchor.getTime());
  first.setUTCDate(1);
  first.setUTCMonth(month);
  const daysInMonth = new Date(
    Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0),
  ).getUTCDate();
  first.setUTCDate(Math.min(anchor.getUTCDate(), daysInMonth));
  return first.getTime() + days * 86_400_000;
}

function inZone(anchor: Date, months: number, days: number, zone: string): number {
  return zoned(anchor, zone).add({ months, days }, { overflow: 'constrain' }).epochMilliseconds;
}

function zoned(instant: Date, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(zone);
}
