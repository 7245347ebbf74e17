/** An operator's word that a withdrawal is paid, outside of what we can see. */
import { audited } from '../../audit/index.ts';
import type { Scope } from '../../kernel/index.ts';
import { lockWithdrawal, moveWithdrawal, type NamedWithdrawal } from '../move-withdrawal.ts';
import { refuseOwing } from '../owing.ts';
import { refuseEarly, refuseInterested } from '../review.ts';
import { type Withdrawal, withdrawalOf } from '../withdrawal.ts';

export type MarkPaid = NamedWithdrawal & {
  /** What the bank calls the payment. */
  readonly reference?: string | undefined;
  /** Kept in the history and in the audit. */
  readonly reason?: string | undefined;
};

/**
 * Takes a pending or approved withdrawal as paid: what was set aside leaves the wallet, and `withdrawal.paid` is announced.
 * @throws {NotFoundError} There is no such withdrawal.
 * @throws {InvalidStateError} It is on its way, or over.
 * @throws {CoolingOffError} Where it is to go is too new. @throws {CustomerOwesError} Nobody has approved it yet.
 * @throws {SelfApprovalError} Who acts has an interest in it.
 */
export async function markPaid(
  scope: Scope,
  { reason, reference, ...named }: MarkPaid,
): Promise<Withdrawal> {
  const row = await scope.transaction((inner) =>
    audited(
      inner,
      reason,
      async (within) => {
        const locked = await lockWithdrawal(within, named);
        if (locked.status === 'pending' || locked.status === 'approved') {
          await refuseInterested(within, locked);
          refuseEarly(within, locked);
        }
        // What was approved may have left already: that it has is a fact, whoever owes what since.
        if (locked.status === 'pending') await refuseOwing(within, locked);
        return moveWithdrawal(within, locked, { to: 'paid', reason, reference });
      },
      ({ customer, id, amount, unit, payout, currency }) => ({
        ...{ operation: 'withdrawals.markPaid', customer },
        subject: { type: 'withdrawal', id },
        facts: { amount, unit, payout, currency, reference: reference ?? null },
      }),
    ),
  );
  return withdrawalOf(scope, row);
}
