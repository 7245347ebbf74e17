/** Refusing to pay a withdrawal. */
import { audited } from '../../audit/index.ts';
import type { Scope } from '../../kernel/index.ts';
import { lockWithdrawal, moveWithdrawal, type NamedWithdrawal } from '../move-withdrawal.ts';
import { type Withdrawal, withdrawalOf } from '../withdrawal.ts';

export type RejectWithdrawal = NamedWithdrawal & {
  /** Kept in the history, which its customer reads, and in the audit. */
  readonly reason: string;
};

/**
 * Rejects a withdrawal that is pending or approved: what was set aside is available again, and `withdrawal.rejected` announced.
 * @throws {NotFoundError} There is no such withdrawal.
 * @throws {InvalidStateError} It is on its way, or over.
 */
export async function rejectWithdrawal(
  scope: Scope,
  { reason, ...named }: RejectWithdrawal,
): Promise<Withdrawal> {
  const row = await scope.transaction((inner) =>
    audited(
      inner,
      reason,
      async (within) => {
        const locked = await lockWithdrawal(within, named);
        return moveWithdrawal(within, locked, { to: 'rejected', reason });
      },
      ({ customer, id, amount, unit }) => ({
        ...{ operation: 'withdrawals.reject', customer, facts: { amount, unit } },
        subject: { type: 'withdrawal', id },
      }),
    ),
  );
  return withdrawalOf(scope, row);
}
