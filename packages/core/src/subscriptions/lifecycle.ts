/**
 * What time alone brings to a subscription that must be told once: its trial's end, each period that begins by itself,
 * pauses and returns, what is unpaid, its end. Pure, and always in the order of the instants.
 */
import { addDuration, FOREVER } from '../kernel/index.ts';
import { shiftsOf, windowAt, windowNumbered } from './calendar.ts';
import type { SubscriptionRow } from './rows.ts';
import { endAt, type SubscriptionMoments, trialEndOf, unpaidEnd } from './state.ts';

/** One thing to tell. */
export type Effect = {
  readonly kind:
    | 'trial_will_end'
    | 'trial_ended'
    | 'unpaused'
    | 'renewed'
    | 'paused'
    | 'past_due'
    | 'recovered'
    | 'ended';
  /** Of a period, its number, from 2 on where it was renewed; of a pause, which one it is; 1 for what comes once. */
  readonly number: number;
  readonly at: Date;
};

/** What has been told: the highest number of each kind, 0 for none. */
export type Told = Readonly<Record<Effect['kind'], number>>;

/** Nothing has been told. */
export const nothingTold: Told = {
  ...{ trial_will_end: 0, trial_ended: 0, unpaused: 0, renewed: 0 },
  ...{ paused: 0, past_due: 0, recovered: 0, ended: 0 },
};

type Moments = SubscriptionMoments & Pick<SubscriptionRow, 'canceledAt'>;

export type Asked = {
  readonly told: Told;
  /** Decides whether non-payment has ended it. */
  readonly now: Date;
  /** How long before its end a trial's end is told, ISO 8601. */
  readonly notice: string;
};

/** The next thing to tell, past or to come; of several at one instant the end is the last. After the end there is nothing. */
export function nextEffect(moments: Moments, asked: Asked): Effect | null {
  const { told, now } = asked;
  if (told.ended > 0) return null;
  const standing = { ...moments, endsAt: endAt(moments, now) };
  const effects = [
    ...trialEffects(standing, asked),
    returning(standing, told),
    renewal(standing, told),
    pausing(standing, told),
    ...payment(standing, asked),
    end(standing),
  ];
  return effects.reduce((first, one) => (one && (!first || one.at < first.at) ? one : first), null);
}

/** When to look again: at the next thing to tell, or when non-payment would end it. `null` for never. */
export function nextLookAt(moments: Moments, effect: Effect | null, now: Date): Date | null {
  if (effect === null) return null;
  const unpaid = unpaidEnd(moments);
  return unpaid !== null && unpaid > now && unpaid < effect.at ? unpaid : effect.at;
}

/** A trial that was cut off by a command's end is not told of: the end is. */
function trialEffects(moments: Moments, { told, notice }: Asked): (Effect | null)[] {
  const { startsAt, endsAt, canceledAt, timeZone } = moments;
  const trialEndsAt = trialEndOf(moments);
  if (trialEndsAt === null || trialEndsAt >= FOREVER || trialEndsAt <= startsAt) return [];
  const isCut =
    endsAt !== null &&
    (endsAt < trialEndsAt ||
      (+endsAt === +trialEndsAt && canceledAt !== null && canceledAt >= endsAt));
  if (isCut || told.trial_ended > 0) return [];
  const at = later(addDuration(trialEndsAt, notice, -1, timeZone), startsAt);
  return [
    told.trial_will_end > 0 ? null : { kind: 'trial_will_end', number: 1, at },
    { kind: 'trial_ended', number: 1, at: trialEndsAt },
  ];
}

/** No period begins at or after the end, and none during a pause. */
function renewal(moments: Moments, told: Told): Effect | null {
  const { startsAt } = moments;
  const first = windowAt(moments, 'period', startsAt)?.number ?? 1;
  const boundary = windowNumbered(moments, 'period', Math.max(first, told.renewed) + 1)?.startsAt;
  // A window that a change of zone rules left empty is passed over, its number too.
  const next = boundary && windowAt(moments, 'period', boundary);
  return next ? within(moments, { kind: 'renewed', number: next.number, at: next.startsAt }) : null;
}

function pausing(moments: Moments, told: Told): Effect | null {
  const at = pauses(moments)[told.paused]?.at;
  return at ? within(moments, { kind: 'paused', number: told.paused + 1, at }) : null;
}

function returning(moments: Moments, told: Told): Effect | null {
  const at = pauses(moments)[told.unpaused]?.until;
  return at ? within(moments, { kind: 'unpaused', number: told.unpaused + 1, at }) : null;
}

function pauses(moments: Moments): readonly { at: Date; until: Date | null }[] {
  return shiftsOf(moments).flatMap((shift) => (shift.kind === 'pause' ? [shift] : []));
}

/** Told of a period that stays unpaid for a while, and of its payment, if it was told that it is missing. */
function payment(moments: Moments, { told, now }: Asked): (Effect | null)[] {
  const { unpaidSince } = moments;
  const unpaid = unpaidSince && (windowAt(moments, 'period', unpaidSince)?.number ?? 1);
  const isMissing = unpaid !== null && unpaidSince !== null && unpaid > told.past_due;
  const isPaid = told.past_due > told.recovered && (unpaid === null || unpaid > told.past_due);
  // What fell back to a plan that nobody pays for was not paid.
  if (moments.pastDue === null) return [];
  return [
    isMissing ? within(moments, { kind: 'past_due', number: unpaid, at: unpaidSince }) : null,
    isPaid ? { kind: 'recovered', number: told.past_due, at: now } : null,
  ];
}

function later(one: Date, other: Date): Date {
  return new Date(Math.max(one.getTime(), other.getTime()));
}

function within({ endsAt }: Moments, effect: Effect): Effect | null {
  return endsAt !== null && effect.at >= endsAt ? null : effect;
}

function end({ endsAt }: Moments): Effect | null {
  return endsAt && { kind: 'ended', number: 1, at: endsAt };
}
