/**
 * What time alone brings to a subscription that must be told once: the end of its trial, each period that begins by
 * itself, its end. Pure, and always in the order of the instants.
 */
import { addDuration } from '../kernel/index.ts';
import { type Window, windowAt } from './periods.ts';
import type { SubscriptionRow } from './rows.ts';
import { endAt, type SubscriptionMoments, stateAt, unpaidEnd } from './state.ts';

/** One thing to tell. */
export type Effect = {
  readonly kind: 'trial_ended' | 'renewed' | 'ended';
  /** The period's, from 2 on; 1 for the other kinds. */
  readonly number: number;
  readonly at: Date;
};

/** What has been told: the highest number of each kind, 0 for none. */
export type Told = Readonly<Record<Effect['kind'], number>>;

type Moments = SubscriptionMoments & Pick<SubscriptionRow, 'canceledAt'>;

/**
 * The next thing to tell, past or to come; of several at one instant the end is the last. After the end there is nothing.
 * @param now Decides whether non-payment has ended it.
 */
export function nextEffect(moments: Moments, told: Told, now: Date): Effect | null {
  if (told.ended > 0) return null;
  const standing = { ...moments, endsAt: endAt(moments, now) };
  const effects = [trialEnd(standing, told), renewal(standing, told), end(standing)];
  return effects.reduce((first, one) => (one && (!first || one.at < first.at) ? one : first), null);
}

/** When to look again: at the next thing to tell, or when non-payment would end it. `null` for never. */
export function nextLookAt(moments: Moments, effect: Effect | null, now: Date): Date | null {
  if (effect === null) return null;
  const unpaid = unpaidEnd(moments);
  return unpaid !== null && unpaid > now && unpaid < effect.at ? unpaid : effect.at;
}

/** A trial that was cut off by a command's end is not told of: the end is. */
function trialEnd(
  { startsAt, trialEndsAt, endsAt, canceledAt }: Moments,
  told: Told,
): Effect | null {
  if (trialEndsAt === null || trialEndsAt <= startsAt || told.trial_ended > 0) return null;
  const isCut =
    endsAt !== null &&
    (endsAt < trialEndsAt ||
      (+endsAt === +trialEndsAt && canceledAt !== null && canceledAt >= endsAt));
  return isCut ? null : { kind: 'trial_ended', number: 1, at: trialEndsAt };
}

/** No period begins at or after the end, and none during a pause. */
function renewal(moments: Moments, told: Told): Effect | null {
  const { anchor, startsAt, endsAt, period, timeZone } = moments;
  if (period === null) return null;
  const first = windowAt(moments, period, startsAt)?.number ?? 1;
  const boundary = addDuration(anchor, period, Math.max(first, told.renewed), timeZone);
  const next = afterPause(moments, windowAt(moments, period, boundary));
  if (next === null || (endsAt !== null && next.startsAt >= endsAt)) return null;
  return { kind: 'renewed', number: next.number, at: next.startsAt };
}

/** The window itself, or the first that begins once the pause it begins in is over. */
function afterPause(moments: Moments, window: Window | null): Window | null {
  const { period, resumesAt } = moments;
  if (window === null || !stateAt(moments, window.startsAt).paused) return window;
  const back = resumesAt && windowAt(moments, period, resumesAt);
  if (!back || !resumesAt || back.startsAt >= resumesAt) return back;
  return back.endsAt && windowAt(moments, period, back.endsAt);
}

function end({ endsAt }: Moments): Effect | null {
  return endsAt && { kind: 'ended', number: 1, at: endsAt };
}
