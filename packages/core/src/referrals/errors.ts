/** What can go wrong with inviting and rewarding. Nothing was written. */
import { BursarError } from '../kernel/index.ts';

/** A customer cannot be its own sponsor. */
export class SelfReferralError extends BursarError {
  override readonly code = 'self_referral';
  constructor(customer: string) {
    super('Nobody can be their own sponsor.', { customer });
  }
}

/** The sponsor was invited by the customer, or by somebody whom the customer invited. */
export class ReferralCycleError extends BursarError {
  override readonly code = 'referral_cycle';
  constructor(customer: string) {
    super(`The sponsor stands below ${customer}.`, { customer });
  }
}

/** The customer has another sponsor; that one stays. */
export class AlreadyReferredError extends BursarError {
  override readonly code = 'already_referred';
  constructor(customer: string) {
    super(`${customer} has a sponsor already.`, { customer });
  }
}

/** The code belongs to another customer. */
export class CodeTakenError extends BursarError {
  override readonly code = 'already_exists';
  constructor(code: string) {
    super(`The referral code ${code} is taken.`, { code });
  }
}

/** An operator has switched referrals off. */
export class ReferralsOffError extends BursarError {
  override readonly code = 'forbidden';
  constructor() {
    super('Referrals are switched off: the setting referrals.enabled.');
  }
}

/** It brought nothing to take back, it is a reversal itself, or less of it is left than was asked. */
export class NotReversibleError extends BursarError {
  override readonly code = 'not_reversible';
  constructor(event: { event: string; status: string; reversedBasisPoints: number }) {
    super(`Event ${event.event} cannot be reversed, or not that much of it.`, event);
  }
}

/** No trigger has this alias: the host did not name it in the option `triggers`. */
export class TriggerUnknownError extends BursarError {
  override readonly code = 'not_found';
  constructor(alias: string) {
    super(`There is no trigger ${alias}.`, { what: 'trigger', id: alias });
  }
}
