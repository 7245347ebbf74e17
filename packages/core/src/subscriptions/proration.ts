/**
 * What a change of plan costs: exact shares of the period that is left, rounded once, half up (SPEC 4.19 to 4.22). Pure.
 */
import { approximateDays, convertAmount, parseDuration } from '../kernel/index.ts';
import { shiftsOf, type Window } from './calendar.ts';
import type { SubscriptionMoments } from './state.ts';

/** `none`: the new price from the next period on. `full`: the whole new price, and the period begins anew. */
export type Proration = 'prorate' | 'none' | 'full';

/** In the smallest part of one currency. `due` is negative where more is left of the old price than the new one costs. */
export type Cost = { readonly credit: number; readonly charge: number; readonly due: number };

export const nothingDue: Cost = { credit: 0, charge: 0, due: 0 };

/** Prices are of one period each. */
export function costOf(
  moments: SubscriptionMoments,
  input: {
    readonly from: number;
    readonly to: number;
    readonly mode: Proration;
    /** The period begins anew: the whole new price is charged. */
    readonly isReanchored: boolean;
    /** The period that is cut or goes on. */
    readonly window: Window;
    readonly at: Date;
  },
): Cost {
  const { from, to, mode, isReanchored } = input;
  const share = (price: number) => shareOf(price, moments, input);
  const credit = mode === 'prorate' ? share(from) : 0;
  const charge = isReanchored ? to : mode === 'prorate' ? share(to) : 0;
  return { credit, charge, due: charge - credit };
}

/** The part of a price that is for the time from `at` on, of whole seconds: those to the period's end by those of the whole period, without what a pause has added to it. */
export function shareOf(
  price: number,
  moments: SubscriptionMoments,
  { window, at }: { window: Window; at: Date },
): number {
  if (window.endsAt === null) return 0;
  const left = seconds(window.endsAt.getTime() - at.getTime());
  const whole = seconds(
    window.endsAt.getTime() - window.startsAt.getTime() - pausedIn(moments, window),
  );
  if (price === 0 || left <= 0 || whole <= 0) return 0;
  if (left >= whole) return price;
  const factor = { of: String(left), per: String(whole) };
  return convertAmount(price, factor, { from: 0, to: 0, rounding: 'half_up' }).amount;
}

function pausedIn(moments: SubscriptionMoments, { startsAt, endsAt }: Window): number {
  let sum = 0;
  for (const shift of shiftsOf(moments)) {
    if (shift.kind !== 'pause' || shift.until === null || endsAt === null) continue;
    if (shift.at >= startsAt && shift.at < endsAt)
      sum += shift.until.getTime() - shift.at.getTime();
  }
  return sum;
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

type Priced = { readonly price: number; readonly period: string | null };

/** Costs at least as much in the same time. Without a period, the bare prices are compared. */
export function isDearer(one: Priced, other: Priced): boolean {
  if (one.period === null || other.period === null) return one.price >= other.price;
  return BigInt(one.price) * length(other.period) >= BigInt(other.price) * length(one.period);
}

function length(period: string): bigint {
  return BigInt(Math.round(approximateDays(parseDuration(period)) * 86_400));
}
