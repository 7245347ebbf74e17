/**
 * What a subscription is at an instant: a pure reading of its stored moments, never a column.
 *
 * Rights follow from here, so they never wait for a job to have run. Every window is half-open: its end is over.
 */
import { addDuration, FOREVER } from '../kernel/index.ts';
import { type Calendar, shiftsOf } from './calendar.ts';

/** The moments everything else is derived from. */
export type SubscriptionMoments = Calendar & {
  readonly startsAt: Date;
  /** Not after the start: it never ran. */
  readonly endsAt: Date | null;
  /** As it was set; pauses move it: `trialEndOf`. */
  readonly trialEndsAt: Date | null;
  /** ISO 8601 length of the window in which an unpaid period is still used; `null` for none. */
  readonly pastDue: string | null;
  /** From when on no period is paid for, past or future; `null` when nothing is to be paid. */
  readonly unpaidSince: Date | null;
};

/** The one word for a state, for lists and pages. Of several that apply, the first of this list. */
export const statuses = [
  'ended',
  'upcoming',
  'paused',
  'past_due',
  'canceled',
  'trialing',
  'active',
] as const;

export type SubscriptionStatus = (typeof statuses)[number];

export type SubscriptionState = {
  readonly status: SubscriptionStatus;
  /** The start is still to come. */
  readonly upcoming: boolean;
  /** An end is set, past or future. */
  readonly canceled: boolean;
  /** An end is set and still to come. */
  readonly onGrace: boolean;
  readonly ended: boolean;
  /** Started and not ended; paused and past due ones too. */
  readonly active: boolean;
  readonly onTrial: boolean;
  readonly paused: boolean;
  /** A period has begun that nobody has paid for. */
  readonly pastDue: boolean;
  /** Gives rights: active and not paused. */
  readonly valid: boolean;
  /** Goes on by itself into a further period. */
  readonly recurring: boolean;
  /** Has no interval, also when ended. */
  readonly infinite: boolean;
};

/** What the subscription is at `at`. */
export function stateAt(moments: SubscriptionMoments, at: Date): SubscriptionState {
  const end = endAt(moments, at);
  const upcoming = moments.startsAt > at;
  const canceled = end !== null;
  const ended = end !== null && end <= at;
  const active = !upcoming && !ended;
  const trialEnd = trialEndOf(moments, at);
  const onTrial = active && trialEnd !== null && trialEnd > at;
  const paused = isPausedAt(moments, at);
  const facts = {
    upcoming,
    canceled,
    onGrace: canceled && !ended,
    ended,
    active,
    onTrial,
    paused,
    pastDue: active && moments.unpaidSince !== null && moments.unpaidSince <= at,
    valid: active && !paused,
    recurring: moments.period !== null && !canceled && !onTrial && !paused && !upcoming,
    infinite: moments.period === null,
  };
  return { status: statusOf(facts), ...facts };
}

function statusOf(facts: Omit<SubscriptionState, 'status'>): SubscriptionStatus {
  if (facts.ended) return 'ended';
  if (facts.upcoming) return 'upcoming';
  if (facts.paused) return 'paused';
  if (facts.pastDue) return 'past_due';
  if (facts.canceled) return 'canceled';
  return facts.onTrial ? 'trialing' : 'active';
}

function isPausedAt(moments: SubscriptionMoments, at: Date): boolean {
  return shiftsOf(moments).some(
    (shift) =>
      shift.kind === 'pause' && shift.at <= at && (shift.until === null || shift.until > at),
  );
}

/**
 * The end of the trial, later by each pause that interrupted it; FOREVER during a pause without a set return. An end
 * that came before has cut it where it stands.
 * @param known Pauses from then on are left out; all count unless said.
 */
export function trialEndOf(moments: SubscriptionMoments, known: Date = FOREVER): Date | null {
  const { trialEndsAt, endsAt } = moments;
  if (trialEndsAt === null) return null;
  if (endsAt !== null && endsAt <= trialEndsAt) return trialEndsAt;
  let end = trialEndsAt.getTime();
  for (const shift of shiftsOf(moments)) {
    if (shift.kind !== 'pause' || shift.at > known || shift.at.getTime() >= end) continue;
    if (shift.until === null) return FOREVER;
    end += shift.until.getTime() - shift.at.getTime();
  }
  return new Date(end);
}

/** The end as it stands at `at`: the one that was set, or an earlier one that non-payment has led to by then. */
export function endAt(moments: SubscriptionMoments, at: Date): Date | null {
  const unpaid = unpaidEnd(moments);
  if (unpaid === null || unpaid > at) return moments.endsAt;
  return moments.endsAt === null || unpaid < moments.endsAt ? unpaid : moments.endsAt;
}

/** When it ends if nobody pays; `null` when nothing is to be paid. */
export function unpaidEnd({ unpaidSince, pastDue, timeZone }: SubscriptionMoments): Date | null {
  if (unpaidSince === null || pastDue === null) return unpaidSince;
  return addDuration(unpaidSince, pastDue, 1, timeZone);
}

/** The next instants at which the state changes by time alone, in no order. */
export function turningPoints(moments: SubscriptionMoments, at: Date): Date[] {
  const { startsAt, endsAt, pausedAt, resumesAt } = moments;
  return [startsAt, endsAt, pausedAt, resumesAt, unpaidEnd(moments)].filter(
    (moment): moment is Date => moment !== null && moment > at,
  );
}
