/** Withdrawals as JSON: what routes answer. A customer is not told who of the house did what. */
import { z } from 'zod';
import { instantShape, moneyShape } from '../http/index.ts';
import { withdrawalStatuses } from './status.ts';
import type { Withdrawal } from './withdrawal.ts';

const status = z.enum(withdrawalStatuses);
const step = z.object({ status, at: instantShape, reason: z.string().nullable() });

const common = {
  ...{ id: z.string(), customer: z.string(), status, method: z.string() },
  details: z.record(z.string(), z.string()).nullable(),
  ...{ payout: moneyShape, amount: moneyShape },
  rate: z.object({ value: z.string(), source: z.string(), at: instantShape }),
  ...{ payableFrom: instantShape, reference: z.string().nullable() },
  ...{ createdAt: instantShape, updatedAt: instantShape },
};

/** As its customer sees it. */
export const ownWithdrawalShape = z.object({ ...common, steps: z.array(step) });

/** As operators see it. */
export const withdrawalShape = z.object({
  ...common,
  steps: z.array(step.extend({ by: z.string().nullable() })),
});

/** Leaves out who of the house did what. */
export function ownWithdrawal({ steps, ...withdrawal }: Withdrawal) {
  return {
    ...withdrawal,
    steps: steps.map(({ status: became, at, reason }) => ({ status: became, at, reason })),
  };
}
