/**
 * The numbered windows of a subscription, each computed from the anchor, never from the one before it.
 *
 * Numbers count from the anchor, so a window keeps its number whatever was set, moved or listed in between.
 */
import { durationBetween, periodAt } from '../kernel/index.ts';
import { type Calendar, type Window, windowAt, windowNumbered } from './calendar.ts';

/** What periods follow from; the rest of a subscription does not matter to them. */
export type PeriodMoments = Calendar & { readonly startsAt: Date; readonly endsAt: Date | null };

/** One period as it is listed. */
export type SubscriptionPeriod = Window & {
  /** `<subscription>-<number>`. */
  readonly id: string;
  /** ISO 8601: the subscription's own, or the calendar difference where something cut or moved it. */
  readonly interval: string;
};

/** What an infinite subscription shows as its interval. */
const infiniteInterval = 'P1000Y';

/**
 * The next boundary after `at`: of the periods, or, once an end is set, of the end and the intervals after it.
 * `null` where none is to come: infinite, or paused without a set return.
 */
export function nextBoundary(moments: PeriodMoments, at: Date): Date | null {
  const { anchor, endsAt, period, timeZone } = moments;
  if (endsAt === null)
    return anchor > at ? anchor : (windowAt(moments, 'period', at)?.endsAt ?? null);
  if (endsAt > at) return endsAt;
  return period === null ? null : (periodAt(endsAt, period, timeZone, at)?.endsAt ?? null);
}

/** The period that contains `at`, cut by start and end; `null` before the start and from the end on. */
export function currentPeriod(moments: PeriodMoments, at: Date): Window | null {
  if (at < moments.startsAt || (moments.endsAt !== null && at >= moments.endsAt)) return null;
  const window = windowAt(moments, 'period', at);
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
  return windowAt(moments, 'period', at)?.number ?? 1;
}

/**
 * Periods `from` to `to`, cut where start or end cut them. A subscription that never ran has one, of no length.
 * @param known What has moved boundaries by then is seen; what is only planned is not.
 */
export function listPeriods(
  moments: PeriodMoments & { readonly id: string },
  { from, to, known }: { readonly from: number; readonly to: number; readonly known: Date },
): SubscriptionPeriod[] {
  const periods = [];
  for (let number = from; number <= to; number += 1) {
    const whole = windowNumbered(moments, 'period', number, known);
    if (!whole) continue;
    const window = cut(whole, moments);
    const empty = window.endsAt !== null && window.endsAt <= window.startsAt;
    // A change of a zone's rules can leave a period without time: it keeps its number and is left out.
    if (!empty || from === to) periods.push(describe(moments, whole, window));
  }
  return periods;
}

function cut({ number, ...window }: Window, { startsAt, endsAt }: PeriodMoments): Window {
  const from = window.startsAt < startsAt ? startsAt : window.startsAt;
  const end =
    endsAt !== null && (window.endsAt === null || endsAt < window.endsAt) ? endsAt : window.endsAt;
  return { number, startsAt: from, endsAt: end !== null && end < from ? from : end };
}

function describe(
  moments: PeriodMoments & { readonly id: string },
  whole: Window & { readonly interval: string | null | 'moved' },
  window: Window,
): SubscriptionPeriod {
  const { interval: natural } = whole;
  const isUncut =
    natural !== 'moved' &&
    sameInstant(whole.startsAt, window.startsAt) &&
    sameInstant(whole.endsAt, window.endsAt);
  const interval =
    isUncut || window.endsAt === null
      ? ((natural === 'moved' ? moments.period : natural) ?? infiniteInterval)
      : durationBetween(window.startsAt, window.endsAt, moments.timeZone);
  return { id: `${moments.id}-${window.number}`, ...window, interval };
}

function sameInstant(one: Date | null, other: Date | null): boolean {
  return one?.getTime() === other?.getTime();
}
