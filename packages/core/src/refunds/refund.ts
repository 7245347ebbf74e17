/** A refund as hosts see it. */
import { type Money, moneyOf } from '../catalog/index.ts';
import type { Scope } from '../kernel/index.ts';
import { sumsOf } from './apply-refund.ts';
import type { RefundRow } from './rows.ts';

export type Refund = {
  readonly id: string;
  readonly order: string;
  /** `asked` by an operator, `reported` by the gateway, or money that a `dispute` took. */
  readonly source: 'asked' | 'reported' | 'dispute';
  /** Where the money goes; `none` where there is none. */
  readonly to: 'gateway' | 'wallet' | 'manual' | 'none';
  readonly amount: Money;
  /** `pending`: what it takes is set aside until the gateway has said what became of it. */
  readonly state: 'pending' | 'succeeded' | 'failed';
  /** What it takes, per unit. */
  readonly units: readonly Money[];
  /** Per unit, what it would have taken and was used. */
  readonly outstanding: readonly Money[];
  readonly createdAt: Date;
  readonly endedAt: Date | null;
};

/** @param currency The order's. */
export function refundOf(scope: Scope, row: RefundRow, currency: string): Refund {
  const { id, order, source, target, amount, state, createdAt, endedAt } = row;
  return {
    ...{ id, order, source, to: target, amount: moneyOf(scope, currency, amount), state },
    units: sumsOf(row).map((sum) => moneyOf(scope, sum.unit, sum.amount)),
    outstanding: Object.entries(row.outstanding).map(([unit, owed]) => moneyOf(scope, unit, owed)),
    ...{ createdAt, endedAt },
  };
}
