/** One withdrawal by its id. */
import { NotFoundError, type Scope } from '../../kernel/index.ts';
import type { NamedWithdrawal } from '../move-withdrawal.ts';
import { findWithdrawal } from '../rows.ts';
import { type Withdrawal, withdrawalOf } from '../withdrawal.ts';

/**
 * The withdrawal with its history. Writes nothing.
 * @throws {NotFoundError} There is none of this id, or it is another customer's.
 */
export async function getWithdrawal(
  scope: Scope,
  { withdrawal, customer }: NamedWithdrawal,
): Promise<Withdrawal> {
  const found = await findWithdrawal(scope, withdrawal);
  if (!found || (customer !== undefined && found.customer !== customer))
    throw new NotFoundError('withdrawal', withdrawal);
  return withdrawalOf(scope, found);
}
