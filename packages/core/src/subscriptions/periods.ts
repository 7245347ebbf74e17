/**
 * The numbered windows of a subscription, each computed from the anchor, never from the one before it.
 *
 * Numbers count from the anchor, so a window keeps its number whatever was set, moved or listed in between.
 */
import { addDuration, durationBetween, periodAt } from '../kernel/index.ts';
import type { SubscriptionMoments } from './state.ts';

/** What periods follow from; the rest of a subscription does not matter to them. */
export type PeriodMoments = Pick<
  SubscriptionMoments,
  'anchor' | 'startsAt' | 'endsAt' | 'period' | 'timeZone'
>;

/** A window in which a quota or a period counts; `endsAt` null: it never ends by itself. */
export type Window = {
  readonly number: number;
  readonly startsAt: Date;
  readonly endsAt: Date | null;
};

/** One period as it is listed. */
export type SubscriptionPeriod = Window & {
  /** `<subscription>-<number>`. */
  readonly id: string;
  /** ISO 8601: the subscription's own, or the calendar difference where start or end cut it. */
  readonly interval: string;
};

/** What an infinite subscription shows as its interval. */
const infiniteInterval = 'P1000Y';

/**
 * The whole window that contains `at`, not cut by start or end; `null` before the anchor.
 * @param interval `null` is one window that never ends, number 1.
 */
export function windowAt(
  { anchor, timeZone }: Pick<PeriodMoments, 'anchor' | 'timeZone'>,
  interval: string | null,
  at: Date,
): Window | null {
  if (interval !== null) return periodAt(anchor, interval, timeZone, at);
  return anchor <= at ? { number: 1, startsAt: anchor, endsAt: null } : null;
}

/** How often a quota refills, for its reset and the subscription's period; `null` for never. */
export function intervalOf(reset: string | undefined, period: string | null): string | null {
  if (reset === 'never') return null;
  return reset === undefined || reset === 'period' ? period : reset;
}

/**
 * The next boundary after `at`: of the periods, or, once an end is set, of the end and the intervals after it.
 * `null` for an infinite subscription without an end to come.
 */
export function nextBoundary(moments: PeriodMoments, at: Date): Date | null {
  const { anchor, endsAt, period, timeZone } = moments;
  const from = endsAt ?? anchor;
  if (from > at) return from;
  if (period === null) return null;
  return periodAt(from, period, timeZone, at)?.endsAt ?? null;
}

/** The period that contains `at`, cut by start and end; `null` before the start and from the end on. */
export function currentPeriod(moments: PeriodMoments, at: Date): Window | null {
  if (at < moments.startsAt || (moments.endsAt !== null && at >= moments.endsAt)) return null;
  const window = windowAt(moments, moments.period, at);
  return window && cut(window, moments);
}

/** The first and the last number of the list: up to now, or with an end, past or future, up to that. */
export function periodNumbers(moments: PeriodMoments, now: Date): { first: number; last: number } {
  const { startsAt, endsAt } = moments;
  const first = numberAt(moments, startsAt);
  const until = endsAt === null ? now : new Date(endsAt.getTime() - 1);
  return { first, last: until > startsAt ? numberAt(moments, until) : first };
}

function numberAt(moments: PeriodMoments, at: Date): number {
  return windowAt(moments, moments.period, at)?.number ?? 1;
}

/** Periods `from` to `to`, cut where start or end cut them. A subscription that never ran has one, of no length. */
export function listPeriods(
  moments: PeriodMoments & { readonly id: string },
  numbers: { readonly from: number; readonly to: number },
): SubscriptionPeriod[] {
  const periods = [];
  for (let number = numbers.from; number <= numbers.to; number += 1) {
    const window = cut(wholeWindow(moments, number), moments);
    const empty = window.endsAt !== null && window.endsAt <= window.startsAt;
    // A change of a zone's rules can leave a period without time: it keeps its number and is left out.
    if (!empty || numbers.from === numbers.to) periods.push(describe(moments, window));
  }
  return periods;
}

function wholeWindow({ anchor, period, timeZone }: PeriodMoments, number: number): Window {
  if (period === null) return { number, startsAt: anchor, endsAt: null };
  const startsAt = addDuration(anchor, period, number - 1, timeZone);
  return { number, startsAt, endsAt: addDuration(anchor, period, number, timeZone) };
}

function cut({ number, ...window }: Window, { startsAt, endsAt }: PeriodMoments): Window {
  const from = window.startsAt < startsAt ? startsAt : window.startsAt;
  const end =
    endsAt !== null && (window.endsAt === null || endsAt < window.endsAt) ? endsAt : window.endsAt;
  return { number, startsAt: from, endsAt: end !== null && end < from ? from : end };
}

function describe(
  moments: PeriodMoments & { readonly id: string },
  window: Window,
): SubscriptionPeriod {
  const { period, timeZone } = moments;
  const whole = wholeWindow(moments, window.number);
  const uncut =
    sameInstant(whole.startsAt, window.startsAt) && sameInstant(whole.endsAt, window.endsAt);
  const interval =
    uncut || window.endsAt === null
      ? (period ?? infiniteInterval)
      : durationBetween(window.startsAt, window.endsAt, timeZone);
  return { id: `${moments.id}-${window.number}`, ...window, interval };
}

function sameInstant(one: Date | null, other: Date | null): boolean {
  return one?.getTime() === other?.getTime();
}
