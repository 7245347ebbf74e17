/** Taking a request back before it is paid. */
import { audited } from '../../audit/index.ts';
import type { Scope } from '../../kernel/index.ts';
import { lockWithdrawal, moveWithdrawal, type NamedWithdrawal } from '../move-withdrawal.ts';
import { type Withdrawal, withdrawalOf } from '../withdrawal.ts';

export type CancelWithdrawal = NamedWithdrawal & {
  /** Kept in the history; an operator's, in the audit too. */
  readonly reason?: string | undefined;
};

/**
 * Cancels a withdrawal that is pending or approved: what was set aside is available again, and `withdrawal.canceled` announced.
 * @throws {NotFoundError} There is no such withdrawal of this customer.
 * @throws {InvalidStateError} It is on its way, or over.
 */
export async function cancelWithdrawal(
  scope: Scope,
  { reason, ...named }: CancelWithdrawal,
): Promise<Withdrawal> {
  const row = await scope.transaction((inner) =>
    audited(
      inner,
      reason,
      async (within) => {
        const locked = await lockWithdrawal(within, named);
        return moveWithdrawal(within, locked, { to: 'canceled', reason });
      },
      ({ customer, id }) => ({
        ...{ operation: 'withdrawals.cancel', customer, facts: {} },
        subject: { type: 'withdrawal', id },
      }),
    ),
  );
  return withdrawalOf(scope, row);
}
