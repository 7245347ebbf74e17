/** One class per reason of a decision. Each carries the decision; nothing was taken. */
import { BursarError } from '../kernel/index.ts';
import type { Denied, Reason } from './decision.ts';

/** What every refusal of a use is. `code` is the decision's reason. */
export abstract class DeniedError extends BursarError {
  abstract override readonly code: Reason;
  readonly decision: Denied;
  constructor(decision: Denied) {
    super(
      `${decision.feature ?? decision.unit ?? 'A subscription'} is denied: ${decision.reason}.`,
      {
        feature: decision.feature,
        unit: decision.unit,
        requested: decision.requested,
        available: decision.available,
      },
    );
    this.decision = decision;
  }
}

/** An operator has stopped this customer's spending. */
export class FrozenError extends DeniedError {
  override readonly code = 'customer_frozen';
}
/** Neither the catalogue nor a subscription has the feature. */
export class UnknownFeatureError extends DeniedError {
  override readonly code = 'feature_unknown';
}
/** The customer has no subscription that runs, and nothing else carries the feature. */
export class NoSubscriptionError extends DeniedError {
  override readonly code = 'no_subscription';
}
/** What the customer has does not carry the feature. */
export class FeatureNotInPlanError extends DeniedError {
  override readonly code = 'feature_not_in_plan';
}
/** The subscription that carries the feature is paused. */
export class PausedError extends DeniedError {
  override readonly code = 'paused';
}
/** The subscription that carried the feature ended because nobody paid. */
export class PastDueError extends DeniedError {
  override readonly code = 'past_due';
}
/** Less is left of the quota than was asked for; `decision.resetsAt` says when more comes. */
export class QuotaExceededError extends DeniedError {
  override readonly code = 'quota_exceeded';
}
/** Neither quota nor credits reach. Trying again helps once more has come in. */
export class InsufficientCreditsError extends DeniedError {
  override readonly code = 'insufficient_balance';
}
/** A limit of the customer's own is in the way. */
export class OverLimitError extends DeniedError {
  override readonly code = 'limit_exceeded';
}
/** The config feature's value is another than the required one. */
export class ValueMismatchError extends DeniedError {
  override readonly code = 'value_mismatch';
}
/** The feature's kind cannot do this: a boolean feature cannot be consumed. */
export class WrongKindError extends DeniedError {
  override readonly code = 'wrong_kind';
}

const classOf = {
  customer_frozen: FrozenError,
  feature_unknown: UnknownFeatureError,
  no_subscription: NoSubscriptionError,
  feature_not_in_plan: FeatureNotInPlanError,
  paused: PausedError,
  past_due: PastDueError,
  quota_exceeded: QuotaExceededError,
  insufficient_balance: InsufficientCreditsError,
  limit_exceeded: OverLimitError,
  value_mismatch: ValueMismatchError,
  wrong_kind: WrongKindError,
} as const satisfies Record<Reason, new (decision: Denied) => DeniedError>;

/** The error of a refusal. */
export function deniedError(decision: Denied): DeniedError {
  return new classOf[decision.reason](decision);
}

/** True for refusals of a use, also of another copy of the kit in the same process. */
export function isDenied(value: unknown): value is DeniedError {
  return value instanceof Error && 'decision' in value && 'code' in value;
}
