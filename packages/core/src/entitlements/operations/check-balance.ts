/** Is there enough? One balance against an amount, without taking anything: what `minBalance` asks. */
import { unitOf } from '../../catalog/index.ts';
import type { Scope } from '../../kernel/index.ts';
import { balanceOf, readBalance } from '../../ledger/index.ts';
import type { Decision } from '../decision.ts';
import { answer } from './check-feature.ts';

/**
 * Decides whether a balance reaches `amount`, exactly enough being enough.
 * @throws {UnitUnknownError} The catalogue has no such unit.
 */
export async function checkBalance(
  scope: Scope,
  { customer, unit, amount }: { customer: string; unit: string; amount: number },
): Promise<Decision> {
  const own = await readBalance(scope, { customer, unit });
  const { available } = balanceOf(unitOf(scope, unit), own);
  const facts = {
    unit,
    granted: available === null ? null : own.grants.reduce((sum, grant) => sum + grant.amount, 0),
    used: own.grants.reduce((sum, grant) => sum + grant.amount - grant.remaining, 0),
    held: own.held,
    available,
    overage: 0,
    limit: available === null ? ('none' as const) : ('hard' as const),
    resetsAt: null,
  };
  return answer(
    facts,
    { amount },
    available === null || available >= amount ? null : 'insufficient_balance',
  );
}
