/** A subscription as the kit hands it out: its state now, and what it was sold. */
import { FOREVER } from '../kernel/index.ts';
import type { Window } from './calendar.ts';
import type { SubscriptionFacts, SubscriptionNews } from './events.ts';
import { currentPeriod } from './periods.ts';
import { scheduledAt } from './plan-change.ts';
import type { SubscriptionRow } from './rows.ts';
import { endAt, type SubscriptionStatus, stateAt, trialEndOf } from './state.ts';

/** One feature as it was sold, frozen. */
export type SubscriptionFeature = {
  readonly feature: string;
  readonly kind: 'boolean' | 'metered' | 'gauge' | 'config';
  /** metered: per period; gauge: the ceiling; `null` for the other kinds. */
  readonly quota: number | 'unlimited' | null;
  /** Of a config feature. */
  readonly value?: unknown;
};

export type Subscription = {
  readonly id: string;
  readonly customer: string;
  readonly plan: string | null;
  readonly version: number | null;
  readonly family: string | null;
  readonly status: SubscriptionStatus;
  /** ISO 8601; `null` is infinite. */
  readonly period: string | null;
  readonly startsAt: Date;
  /** As set; `null` while it goes on. */
  readonly endsAt: Date | null;
  readonly trialEndsAt: Date | null;
  /** When the end was set. */
  readonly canceledAt: Date | null;
  readonly cancelReason: string | null;
  /** Of the latest pause, past or to come. */
  readonly pausedAt: Date | null;
  /** When that pause ends or ended; `null` while nobody has said. */
  readonly resumesAt: Date | null;
  /** The plan it will be on, and from when; `at` null while a pause without a set return keeps it waiting. */
  readonly scheduled: {
    readonly plan: string;
    readonly version: number;
    readonly at: Date | null;
  } | null;
  /** The one it is in; `null` before the start and after the end. */
  readonly currentPeriod: Window | null;
  readonly features: readonly SubscriptionFeature[];
  readonly billing: 'none' | 'order' | 'gateway';
  /** Of its prices; `null` where its plan has none. */
  readonly currency: string | null;
  readonly source: string;
  readonly external: { readonly gateway: string; readonly id: string } | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

/** The stored row as it stands at `at`. */
export function subscriptionOf(row: SubscriptionRow, at: Date): Subscription {
  const {
    id,
    customer,
    plan,
    version,
    family,
    period,
    startsAt,
    canceledAt,
    cancelReason,
    pausedAt,
    resumesAt,
  } = row;
  const endsAt = endAt(row, at);
  const trialEnd = trialEndOf(row, at);
  // It moves on while a pause lasts whose end nobody knows.
  const trialEndsAt = trialEnd && trialEnd < FOREVER ? trialEnd : row.trialEndsAt;
  return {
    ...{ id, customer, plan, version, family },
    status: stateAt(row, at).status,
    ...{ period, startsAt, endsAt, trialEndsAt, canceledAt, cancelReason, pausedAt, resumesAt },
    scheduled: row.scheduled && {
      ...{ plan: row.scheduled.plan, version: row.scheduled.version, at: scheduledAt(row, at) },
    },
    currentPeriod: currentPeriod({ ...row, endsAt }, at),
    features: row.items.map(featureOfItem),
    billing: row.billing,
    currency: row.currency,
    source: row.source,
    external: row.external,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

/** A frozen item as it is shown. */
export function featureOfItem({
  feature,
  kind,
  quota,
  options,
}: SubscriptionRow['items'][number]): SubscriptionFeature {
  if (kind === 'metered' || kind === 'gauge') return { feature, kind, quota: quota ?? 'unlimited' };
  return kind === 'config'
    ? { feature, kind, quota: null, value: options.value }
    : { feature, kind, quota: null };
}

/** What events say of it. */
export function newsOf(subscription: Subscription): SubscriptionNews {
  const { id, plan, version, status, startsAt, endsAt, trialEndsAt } = subscription;
  return {
    subscription: id,
    ...{ plan, version, status },
    startsAt: startsAt.toISOString(),
    endsAt: endsAt?.toISOString() ?? null,
    trialEndsAt: trialEndsAt?.toISOString() ?? null,
  };
}

/** What an update tells of it, before and after. */
export function factsOf(subscription: Subscription): SubscriptionFacts {
  const { pausedAt, resumesAt, period, features } = subscription;
  return {
    ...newsOf(subscription),
    period,
    pausedAt: pausedAt?.toISOString() ?? null,
    resumesAt: resumesAt?.toISOString() ?? null,
    features: features.map(({ feature, quota }) => ({ feature, quota })),
  };
}

/** A stored answer back from JSON, with instants as `Date`. */
export function reviveSubscription(answer: Subscription): Subscription {
  const { currentPeriod: period } = answer;
  return {
    ...answer,
    startsAt: revive(answer.startsAt),
    endsAt: reviveOrNull(answer.endsAt),
    trialEndsAt: reviveOrNull(answer.trialEndsAt),
    canceledAt: reviveOrNull(answer.canceledAt),
    pausedAt: reviveOrNull(answer.pausedAt ?? null),
    resumesAt: reviveOrNull(answer.resumesAt ?? null),
    scheduled: answer.scheduled && { ...answer.scheduled, at: reviveOrNull(answer.scheduled.at) },
    currentPeriod: period && {
      ...period,
      startsAt: revive(period.startsAt),
      endsAt: reviveOrNull(period.endsAt),
    },
    createdAt: revive(answer.createdAt),
    updatedAt: revive(answer.updatedAt),
  };
}

function revive(instant: Date | string): Date {
  return new Date(instant);
}

function reviveOrNull(instant: Date | string | null): Date | null {
  return instant === null ? null : new Date(instant);
}
