/**
 * What the floor that sells tells this one: how far a subscription is paid for. Past due follows from it.
 *
 * Without that floor, or where it does not know, everything counts as paid.
 */
import type { Scope } from '../kernel/index.ts';
import { windowAt, windowNumbered } from './calendar.ts';
import { type SubscriptionMoments, trialEndOf } from './state.ts';

/**
 * The number up to which all periods of each subscription are paid, by id; one that is absent has none.
 * `null`: not known, so nothing is past due.
 */
export type PaidPeriods = (
  scope: Scope,
  subscriptions: readonly string[],
) => Promise<ReadonlyMap<string, number> | null>;

declare module '../kernel/scope.ts' {
  interface Ports {
    readonly paidPeriods?: PaidPeriods | undefined;
  }
}

/** What a subscription says of itself once it was ended for non-payment. */
export const NON_PAYMENT = 'non_payment';

/**
 * From when on nothing is paid, if all periods up to number `paidTo` are: the start of the next one, or the end of
 * the trial within it. A trial is not paid for; an infinite subscription has one period.
 * @returns `null` when nothing is left to be paid.
 */
export function unpaidSince(moments: SubscriptionMoments, paidTo: number): Date | null {
  const { startsAt } = moments;
  const trialEnd = trialEndOf(moments);
  const from = trialEnd !== null && trialEnd > startsAt ? trialEnd : startsAt;
  const first = windowAt(moments, 'period', from)?.number ?? 1;
  if (paidTo < first) return from;
  return windowNumbered(moments, 'period', paidTo + 1)?.startsAt ?? null;
}
