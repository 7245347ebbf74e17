/** Many balances as they are at one moment, caught up in memory: a few statements for all of them. */
import { findUnitId, unitOf } from '../catalog/index.ts';
import type { Scope } from '../kernel/index.ts';
import { catchUp } from './catch-up.ts';
import type { Draft } from './draft.ts';
import { loadDrafts, type OpenInput } from './load-draft.ts';
import { plansFor, projectBalance } from './open-balances.ts';

/**
 * The drafts of those that exist, caught up to the scope's now, in the order asked. Writes nothing, locks nothing.
 * @throws {UnitUnknownError} The catalogue has no such unit.
 */
export async function projectBalances(
  scope: Scope,
  inputs: readonly OpenInput[],
): Promise<Draft[]> {
  const plans = await plansFor(scope, inputs, false);
  const wanted = [];
  for (const [index, input] of inputs.entries()) {
    const plan = plans[index];
    if (!plan) throw new Error('A plan that was asked for was not told.');
    const unitId = (await findUnitId(scope, input.unit)) ?? 0;
    wanted.push({ input, plan, ids: { customerId: input.customer.id, unitId } });
  }
  const loaded = await loadDrafts(scope, wanted);
  const drafts = [];
  for (const [index, { input, plan }] of wanted.entries()) {
    const draft = loaded[index];
    if (!draft) continue;
    // Another process booked later than our clock: what it saw is the earliest that can be answered for.
    if (draft.balance.changedAt > scope.now)
      drafts.push((await projectBalance(scope, input)).draft);
    else {
      const frozen = input.customer.frozenAt !== null || draft.balance.frozen;
      catchUp(draft, { unit: unitOf(scope, input.unit), plan, frozen });
      drafts.push(draft);
    }
  }
  return drafts;
}
