/**
 * The two ends of sending: the intent, committed before the driver is called, and what came of it, committed afterwards. Whoever
 * commits the intent may call `send`; everybody else, and the same one later, only asks.
 */
import { unitOf } from '../../catalog/index.ts';
import { NotFoundError, type Scope, storable } from '../../kernel/index.ts';
import { driverOf, type Payout, type PayoutOutcome } from '../driver.ts';
import { lockWithdrawal, moveWithdrawal } from '../move-withdrawal.ts';
import { refuseOwing } from '../owing.ts';
import { findWithdrawal, type WithdrawalRow } from '../rows.ts';
import { isOnItsWay } from '../status.ts';

/** The kind of job that sends. */
export const PAYOUT = 'withdrawal.payout';

export type Sending = {
  readonly payout: Payout;
  readonly method: string;
  /** True for who may call `send`, which is nobody a second time. */
  readonly isFirst: boolean;
  /** When the intent was committed. */
  readonly since: Date;
};

/**
 * Commits that an approved withdrawal is being sent; one that is on its way already is to be asked about.
 * @returns `null` where there is nothing to do: it was decided otherwise, is over, or has no driver and is paid by hand.
 * @throws {NotFoundError} There is no such withdrawal. @throws {CustomerOwesError} It stays approved, to be sent once nothing is owed.
 */
export function beginPayout(scope: Scope, withdrawal: string): Promise<Sending | null> {
  return scope.transaction(async (inner) => {
    const row = await lockWithdrawal(inner, { withdrawal });
    if (isOnItsWay(row.status)) return sendingOf(inner, row, false);
    if (row.status !== 'approved' || !driverOf(inner.ports.payouts, row.method)) return null;
    await refuseOwing(inner, row);
    return sendingOf(inner, await moveWithdrawal(inner, row, { to: 'sending' }), true);
  });
}

function sendingOf(scope: Scope, row: WithdrawalRow, isFirst: boolean): Sending {
  const { id, customer, payout, currency, details, method, steps, updatedAt } = row;
  const { scale } = unitOf(scope, currency);
  return {
    payout: {
      ...{ withdrawal: id, tenant: scope.tenant.key, customer, details: details ?? {} },
      amount: { amount: payout, unit: currency, scale },
    },
    ...{ method, isFirst },
    since: steps.findLast(({ status }) => status === 'sending')?.at ?? updatedAt,
  };
}

const reasonMax = 500;
const referenceMax = 255;

/** Stores what the driver said, once: captures, or gives back, or keeps that nobody can tell. Belongs in a transaction. */
export async function settlePayout(
  scope: Scope,
  { withdrawal, outcome }: { withdrawal: string; outcome: PayoutOutcome },
): Promise<void> {
  if (!(await findWithdrawal(scope, withdrawal))) throw new NotFoundError('withdrawal', withdrawal);
  const row = await lockWithdrawal(scope, { withdrawal });
  if (!isOnItsWay(row.status)) return;
  if (outcome.state === 'paid') {
    const reference = outcome.reference && storable(outcome.reference.slice(0, referenceMax));
    await moveWithdrawal(scope, row, { to: 'paid', reference, byDriver: true });
  } else if (outcome.state === 'failed') {
    const reason = storable(outcome.reason.slice(0, reasonMax));
    await moveWithdrawal(scope, row, { to: 'failed', reason, byDriver: true });
  } else if (row.status === 'sending') {
    await moveWithdrawal(scope, row, { to: 'unknown', byDriver: true });
  }
}
