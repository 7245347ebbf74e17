/** What can go wrong on a balance. Every one of them leaves the books as they were. */
import { BursarError } from '../kernel/index.ts';

/** Less is available than was asked for. Trying again helps only once more has come in. */
export class InsufficientBalanceError extends BursarError {
  override readonly code = 'insufficient_balance';
  constructor(asked: { unit: string; amount: number; available: number }) {
    super(`${asked.amount} ${asked.unit} asked, ${asked.available} available.`, asked);
  }
}

/** An explicit credit or transfer would lift the balance above its ceiling. */
export class LimitExceededError extends BursarError {
  override readonly code = 'limit_exceeded';
  constructor(asked: { unit: string; amount: number; limit: number }) {
    super(`${asked.amount} ${asked.unit} would pass the limit of ${asked.limit}.`, asked);
  }
}

/** New spends and holds of this customer are stopped by an operator. */
export class CustomerFrozenError extends BursarError {
  override readonly code = 'customer_frozen';
  constructor(customer: string) {
    super(`Customer ${customer} is frozen.`, { customer });
  }
}

/** The hold was captured or released in full before. */
export class HoldClosedError extends BursarError {
  override readonly code = 'hold_closed';
  constructor(hold: string, state: string) {
    super(`Hold ${hold} is ${state}.`, { hold, state });
  }
}

/** The hold's time was over before this came; what it reserved is free again. */
export class HoldExpiredError extends BursarError {
  override readonly code = 'hold_expired';
  constructor(hold: string) {
    super(`Hold ${hold} has expired.`, { hold });
  }
}

/** The books do not allow this from where they stand: giving back more than was taken, for one. */
export class InvalidStateError extends BursarError {
  override readonly code = 'invalid_state';
}
