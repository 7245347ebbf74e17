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

/** A period that has begun by itself. */
export type RenewalNews = SubscriptionNews & {
  /** Its number, from 2 on. */
  period: number;
  periodStartsAt: string;
  periodEndsAt: string;
};

export type SubscriptionEvents = {
  'subscription.created': SubscriptionNews;
  'subscription.updated': SubscriptionNews;
  'subscription.canceled': SubscriptionNews & { endsAt: string };
  'subscription.resumed': SubscriptionNews;
  'subscription.trial_ended': SubscriptionNews & { trialEndsAt: string };
  'subscription.renewed': RenewalNews;
  'subscription.deleted': SubscriptionNews;
  'subscription.restored': SubscriptionNews;
  'subscription.purged': SubscriptionNews;
  'subscription.ended': SubscriptionNews & { endsAt: string };
};
