/** What can go wrong with withdrawals. Every one of them leaves withdrawals and balances as they were. */
import { BursarError } from '../kernel/index.ts';

/** The setting `withdrawals.enabled` is off: nothing new is taken; what was requested before goes on. */
export class WithdrawalsDisabledError extends BursarError {
  override readonly code = 'withdrawals_disabled';
  constructor() {
    super('Nothing can be withdrawn at the moment.');
  }
}

/** It comes to less than the setting `withdrawals.minAmount` asks for. */
export class BelowMinimumError extends BursarError {
  override readonly code = 'below_minimum';
  constructor(facts: { amount: number; minimum: number; unit: string }) {
    super(
      `${facts.amount} ${facts.unit} is below the ${facts.minimum} that can be withdrawn.`,
      facts,
    );
  }
}

/** It comes to more than one withdrawal, or what was asked for within 24 hours, may come to. */
export class WithdrawalLimitError extends BursarError {
  override readonly code = 'limit_exceeded';
  constructor(facts: {
    amount: number;
    unit: string;
    limit: number;
    per: 'withdrawal' | 'day';
    /** Asked for within the last 24 hours. */
    asked: number;
  }) {
    super(
      `${facts.amount} ${facts.unit} would pass the limit of ${facts.limit} per ${facts.per}.`,
      facts,
    );
  }
}

/** Where the money is to go was first named too lately: decide after `details.payableFrom`. Rejecting is always possible. */
export class CoolingOffError extends BursarError {
  override readonly code = 'cooling_off';
  constructor(withdrawal: string, payableFrom: Date) {
    super(
      `Withdrawal ${withdrawal} goes to new details: not before ${payableFrom.toISOString()}.`,
      {
        withdrawal,
        payableFrom: payableFrom.toISOString(),
      },
    );
  }
}

/** The customer's balance of the unit lies below zero, or more is set aside than is there. Rejecting is always possible. */
export class CustomerOwesError extends BursarError {
  override readonly code = 'customer_owes';
  constructor(facts: { customer: string; unit: string; owed: number }) {
    super(`${facts.customer} owes ${facts.owed} ${facts.unit}: nothing is paid out.`, facts);
  }
}

/** Who acts would gain by it: as its customer, as who asked for it, or as who credited the customer by hand. */
export class SelfApprovalError extends BursarError {
  override readonly code = 'self_approval';
  constructor(withdrawal: string, as: 'customer' | 'requester' | 'creditor') {
    super(`Withdrawal ${withdrawal} needs somebody else: who acts is its ${as}.`, {
      withdrawal,
      as,
    });
  }
}
