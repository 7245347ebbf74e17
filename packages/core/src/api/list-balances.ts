/** A customer's wallet: its balance in every unit that is no feature. */
import type { Scope } from '../kernel/index.ts';
import { balanceOf, readBalance } from '../ledger/index.ts';
import type { Balance } from './answers.ts';

/** The customer's balance in each unit of the catalogue that is no feature; 0 where nobody has touched it. */
export async function listBalances(scope: Scope, customer: string): Promise<Balance[]> {
  const balances: Balance[] = [];
  for (const unit of Object.values(scope.ports.catalog.units)) {
    if (unit.kind === 'metered' || unit.kind === 'gauge') continue;
    balances.push(balanceOf(unit, await readBalance(scope, { customer, unit: unit.key })));
  }
  return balances;
}
