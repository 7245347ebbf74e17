/** What can go wrong with a subscription. Every one of them leaves subscriptions and balances as they were. */
import { BursarError } from '../kernel/index.ts';

/** No plan of this key (or no such version of it) can be sold. */
export class PlanUnknownError extends BursarError {
  override readonly code = 'plan_unknown';
  constructor(plan: string, version?: number | undefined) {
    super(
      version === undefined
        ? `There is no plan ${plan}.`
        : `Plan ${plan} has no version ${version}.`,
      { plan, ...(version !== undefined && { version }) },
    );
  }
}

/** The plan is sold, but not to customers who start it themselves: it comes through an order or an operator. */
export class NotSelfServiceError extends BursarError {
  override readonly code = 'forbidden';
  constructor(plan: string | null) {
    super(`Plan ${plan ?? ''} cannot be started by a customer.`, { plan });
  }
}

/** A feature that the catalogue does not have was named. */
export class FeatureUnknownError extends BursarError {
  override readonly code = 'feature_unknown';
  constructor(feature: string) {
    super(`There is no feature ${feature}.`, { feature });
  }
}

/** A quota was given to a feature that is not counted. */
export class NoQuotaError extends BursarError {
  override readonly code = 'wrong_kind';
  constructor(feature: string, kind: string) {
    super(`${feature} is ${kind}: it has no quota.`, { feature, kind });
  }
}

/** The customer has a subscription of this family in that time; `details.subscription` is its id. */
export class AlreadySubscribedError extends BursarError {
  override readonly code = 'already_subscribed';
  constructor(facts: { customer: string; family: string; subscription: string | null }) {
    super(
      `${facts.customer} has subscription ${facts.subscription ?? ''} of family ${facts.family}.`,
      facts,
    );
  }
}

/** The id that was given for the new subscription is taken. */
export class SubscriptionExistsError extends BursarError {
  override readonly code = 'already_exists';
  constructor(subscription: string) {
    super(`There is a subscription ${subscription} already.`, { subscription });
  }
}

/** Several could be meant: name one of `details.subscriptions`. */
export class AmbiguousSubscriptionError extends BursarError {
  override readonly code = 'ambiguous_subscription';
  constructor(customer: string, subscriptions: readonly string[]) {
    super(`${customer} has ${subscriptions.length} live subscriptions: say which.`, {
      customer,
      subscriptions,
    });
  }
}

/** What a preview was made from has changed since, or it is too old. Nothing was changed: preview again. */
export class PreviewStaleError extends BursarError {
  override readonly code = 'preview_stale';
  constructor(subscription: string) {
    super(`The preview of ${subscription} does not hold any more: preview it again.`, {
      subscription,
    });
  }
}

/** More is taken up than the new ceiling allows, and the plan says to refuse that; nothing was changed. */
export class CeilingBlockedError extends BursarError {
  override readonly code = 'limit_exceeded';
  constructor(over: { feature: string; used: number; quota: number }) {
    super(
      `${over.used} of ${over.feature} are taken up: free some until ${over.quota} are left.`,
      over,
    );
  }
}

/** This person has had a trial of the plan. Nothing was sold: sell it without a trial. */
export class TrialUsedError extends BursarError {
  override readonly code = 'trial_used';
  constructor(customer: string, plan: string) {
    super(`${customer} has had a trial of ${plan}: sell it with trial: 'skip'.`, {
      customer,
      plan,
    });
  }
}
