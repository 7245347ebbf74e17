/** Whether a credit would be taken, asked before a command that makes it writes anything else. */
import { lockCustomer } from '../../customers/index.ts';
import type { Scope } from '../../kernel/index.ts';
import { UNLIMITED } from '../draft.ts';
import { LimitExceededError } from '../errors.ts';
import { openBalance } from '../open-balances.ts';

export type CheckCeiling = {
  readonly customer: string;
  readonly unit: string;
  readonly amount: number;
};

/**
 * Makes sure that so much can be credited. The balance stays locked until the transaction ends, so what was true stays true.
 * @throws {LimitExceededError} It would pass its ceiling.
 */
export async function checkCeiling(
  scope: Scope,
  { customer: externalId, unit, amount }: CheckCeiling,
): Promise<void> {
  const customer = await lockCustomer(scope, { customer: externalId, mode: 'share' });
  const { draft } = await openBalance(scope, { customer, unit });
  const { ceiling, settled } = draft.balance;
  if (ceiling !== UNLIMITED && settled + amount > ceiling)
    throw new LimitExceededError({ unit, amount, limit: ceiling });
}
