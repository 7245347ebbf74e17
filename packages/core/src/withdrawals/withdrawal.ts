/** A withdrawal as hosts see it. */
import { type Money, moneyOf } from '../catalog/index.ts';
import type { Scope } from '../kernel/index.ts';
import type { PayoutDetails, WithdrawalRow, WithdrawalStep } from './rows.ts';
import type { WithdrawalStatus } from './status.ts';

export type Withdrawal = {
  readonly id: string;
  readonly customer: string;
  readonly status: WithdrawalStatus;
  /** `manual`, or the driver that sends it. */
  readonly method: string;
  /** Where the money goes; `null` once the customer was erased. */
  readonly details: PayoutDetails | null;
  /** What is paid out. */
  readonly payout: Money;
  /** What the wallet pays for it. */
  readonly amount: Money;
  /** What one whole of the wallet's unit is worth in the payout's currency, ten decimals; frozen with the request. */
  readonly rate: { readonly value: string; readonly source: string; readonly at: Date };
  /** No sooner may it be approved or paid: its details were new. */
  readonly payableFrom: Date;
  /** What the driver calls the payment. */
  readonly reference: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Each move with its moment, its reason and who made it. The first one first. */
  readonly steps: readonly WithdrawalStep[];
};

/** A stored withdrawal for hosts. */
export function withdrawalOf(scope: Scope, row: WithdrawalRow): Withdrawal {
  const { id, customer, status, method, details, reference, payableFrom, steps } = row;
  return {
    ...{ id, customer, status, method, details },
    payout: moneyOf(scope, row.currency, row.payout),
    amount: moneyOf(scope, row.unit, row.amount),
    rate: { value: row.rate, source: row.rateSource, at: row.rateAt },
    ...{ payableFrom, reference, createdAt: row.createdAt, updatedAt: row.updatedAt, steps },
  };
}
