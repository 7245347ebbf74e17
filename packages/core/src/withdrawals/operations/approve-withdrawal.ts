/** Agreeing that a withdrawal is paid. Nothing of the money moves yet. */
import { audited } from '../../audit/index.ts';
import { queueJob } from '../../jobs/index.ts';
import { type Scope, sql } from '../../kernel/index.ts';
import { driverOf } from '../driver.ts';
import { lockWithdrawal, moveWithdrawal, type NamedWithdrawal } from '../move-withdrawal.ts';
import { refuseOwing } from '../owing.ts';
import { refuseEarly, refuseInterested } from '../review.ts';
import type { WithdrawalRow } from '../rows.ts';
import { type Withdrawal, withdrawalOf } from '../withdrawal.ts';
import { PAYOUT } from './send-payout.ts';

export type ApproveWithdrawal = NamedWithdrawal & {
  /** What one whole of the wallet's unit is worth in the payout's currency; kept in place of the one it was asked for at. Amounts stay. */
  readonly rate?: string | undefined;
  /** Kept in the history and in the audit. */
  readonly reason?: string | undefined;
};

/**
 * Approves a pending withdrawal and announces `withdrawal.approved`; where its method has a driver, a job is to send it. One that is approved stays so, and nothing is announced.
 * @throws {NotFoundError} There is no such withdrawal.
 * @throws {InvalidStateError} It is on its way, or over.
 * @throws {CoolingOffError} Where it is to go is too new. @throws {CustomerOwesError}
 * @throws {SelfApprovalError} Who acts has an interest in it.
 */
export async function approveWithdrawal(
  scope: Scope,
  { reason, rate, ...named }: ApproveWithdrawal,
): Promise<Withdrawal> {
  const { row } = await scope.transaction((inner) =>
    audited(
      inner,
      reason,
      (within) => approve(within, { reason, rate, ...named }),
      ({ row: approved, former }) =>
        former === null
          ? null
          : {
              ...{ operation: 'withdrawals.approve', customer: approved.customer },
              subject: { type: 'withdrawal', id: approved.id },
              facts: { rate: approved.rate, formerRate: former },
            },
    ),
  );
  return withdrawalOf(scope, row);
}

/** `former`: the rate before; `null` where nothing was to be done. */
async function approve(
  scope: Scope,
  { reason, rate, ...named }: ApproveWithdrawal,
): Promise<{ row: WithdrawalRow; former: string | null }> {
  const locked = await lockWithdrawal(scope, named);
  if (locked.status === 'approved') return { row: locked, former: null };
  if (locked.status === 'pending') {
    await refuseInterested(scope, locked);
    refuseEarly(scope, locked);
    await refuseOwing(scope, locked);
  }
  if (rate !== undefined)
    await scope.run(sql`
      update bursar.withdrawals set rate = ${rate}::text::numeric
       where (tenant_id, id) = (${scope.tenant.id}::int, ${locked.id}::text)`);
  const row = await moveWithdrawal(scope, locked, { to: 'approved', reason });
  const { id, method } = row;
  if (driverOf(scope.ports.payouts, method))
    await queueJob(scope, { kind: PAYOUT, key: id, lane: method, payload: { withdrawal: id } });
  return { row, former: locked.rate };
}
