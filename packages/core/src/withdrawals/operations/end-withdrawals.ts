/** Ending what a customer has asked for and will not be paid, because the customer is erased. */
import { CustomerInUseError } from '../../customers/index.ts';
import { type Scope, sql } from '../../kernel/index.ts';
import { moveWithdrawal } from '../move-withdrawal.ts';
import { selectWithdrawals } from '../rows.ts';
import { isOnItsWay } from '../status.ts';

const batch = 100;

/**
 * Rejects what is pending or approved of a customer, and gives back what was set aside. Needs the customer's lock.
 * @returns How many were rejected.
 * @throws {CustomerInUseError} Money is on its way: only once its driver has said what became of it can the customer go.
 */
export async function endWithdrawals(
  scope: Scope,
  { customer, customerId }: { customer: string; customerId: number },
): Promise<number> {
  let ended = 0;
  for (;;) {
    const rows = await selectWithdrawals(scope, {
      where: sql`withdrawal.customer_id = ${customerId}::bigint
                 and withdrawal.status in ('pending', 'approved', 'sending', 'unknown')`,
      ...{ limit: batch, lock: true },
    });
    const sent = rows.filter(({ status }) => isOnItsWay(status)).map(({ holdId }) => holdId);
    if (sent.length > 0) throw new CustomerInUseError({ customer, balances: [], holds: sent });
    for (const row of rows)
      await moveWithdrawal(scope, row, { to: 'rejected', reason: 'The customer was erased.' });
    ended += rows.length;
    if (rows.length < batch) return ended;
  }
}
