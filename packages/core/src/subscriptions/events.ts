/**
 * What this slice announces, each with the subscription as it stands after the change.
 *
 * An end that is set is `subscription.canceled` even if it lies in the past; `ended` is announced by a command that
 * ends it at once.
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

export type SubscriptionEvents = {
  'subscription.created': SubscriptionNews;
  'subscription.updated': SubscriptionNews;
  'subscription.canceled': SubscriptionNews & { endsAt: string };
  'subscription.resumed': SubscriptionNews;
  'subscription.ended': SubscriptionNews & { endsAt: string };
};
