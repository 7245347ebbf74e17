/**
 * What this slice announces, each with the subscription as it stands after the change.
 *
 * An end that is set is `subscription.canceled` even if it lies in the past; `ended` is announced by a command that
 * ends it at once. What time alone brings (a trial's end, a renewal, the end) says how it stood at that instant.
 */

/** The subscription's facts in every event; instants are ISO text. */
export type SubscriptionNews = {
  subscription: string;
  plan: string | null;
  version: number | null;
  status: string;
  startsAt: string;
  endsAt: string | null;
  trialEndsAt: string | null;
};

/** What may have changed of it; `after` is how it stands now. */
export type SubscriptionFacts = SubscriptionNews & {
  /** ISO 8601; `null` is infinite. */
  period: string | null;
  pausedAt: string | null;
  resumesAt: string | null;
  features: { feature: string; quota: number | 'unlimited' | null }[];
};

/** A period that has begun by itself. */
export type RenewalNews = SubscriptionNews & {
  /** Its number, from 2 on. */
  period: number;
  periodStartsAt: string;
  periodEndsAt: string;
};

export type SubscriptionEvents = {
  'subscription.created': SubscriptionNews;
  'subscription.updated': SubscriptionNews & {
    before: SubscriptionFacts;
    after: SubscriptionFacts;
  };
  'subscription.canceled': SubscriptionNews & { endsAt: string };
  'subscription.resumed': SubscriptionNews;
  'subscription.trial_ended': SubscriptionNews & { trialEndsAt: string };
  'subscription.trial_will_end': SubscriptionNews & { trialEndsAt: string };
  'subscription.renewed': RenewalNews;
  'subscription.paused': SubscriptionNews;
  'subscription.unpaused': SubscriptionNews;
  /** Boundaries count from another anchor, from the period of this number on; `null` where that start is not known yet. */
  'subscription.reanchored': SubscriptionNews & { period: number; periodStartsAt: string | null };
  /** Of the period of this number. */
  'subscription.past_due': SubscriptionNews & { period: number };
  'subscription.recovered': SubscriptionNews & { period: number };
  /** It will be another plan from `at` on. */
  'subscription.change_scheduled': SubscriptionNews & {
    to: { plan: string; version: number };
    at: string | null;
  };
  'subscription.plan_changed': SubscriptionNews & {
    previous: { plan: string | null; version: number | null };
    /** What the change itself cost, in the smallest part of `unit`; `null` for one that waited for its period. */
    cost: { credit: number; charge: number; due: number; unit: string | null } | null;
  };
  /** More is taken up of a gauge than its ceiling is now. It is kept, and can only go down. */
  'quota.over_limit': { feature: string; used: number; quota: number };
  /** What was used by then counts for nothing. */
  'quota.reset': { feature: string; used: number; quota: number | 'unlimited' };
  'subscription.deleted': SubscriptionNews;
  'subscription.restored': SubscriptionNews;
  'subscription.purged': SubscriptionNews;
  'subscription.ended': SubscriptionNews & { endsAt: string };
};
