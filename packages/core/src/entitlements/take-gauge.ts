/** Raising a gauge by use: the member's part grows, all or nothing, under the ceiling. */
import { ensureCustomer, partyOf } from '../customers/index.ts';
import { checkAmount, count, type Scope } from '../kernel/index.ts';
import { changeGauge } from '../ledger/index.ts';
import type { Denied } from './decision.ts';
import { checkFeature } from './operations/check-feature.ts';
import type { Spent, Use } from './use.ts';

/**
 * Adds to the part of `usedBy`, or says why not.
 * @throws {InvalidAmountError} Not a whole number above zero.
 */
export async function takeGauge(scope: Scope, input: Use): Promise<Spent | Denied> {
  const { customer, kind, feature } = input;
  const amount = checkAmount(input.amount ?? 1);
  const before = await checkFeature(scope, { customer, feature, amount });
  if (!before.allowed && before.reason !== 'quota_exceeded') return before;
  await ensureCustomer(scope, { customer, kind });
  const changed = await changeGauge(scope, {
    ...{ customer, unit: feature, delta: amount },
    usedBy: partyOf(input.usedBy, customer),
    key: input.idempotencyKey,
    source: input.source ?? 'entitlements.consume',
  });
  const after = await checkFeature(scope, { customer, feature, amount: 0 });
  if (!changed.allowed) {
    const reason = changed.reason === 'customer_frozen' ? 'customer_frozen' : 'quota_exceeded';
    return { ...after, allowed: false, reason, requested: amount };
  }
  const { replayed, transferId } = changed;
  count('spends', { 'bursar.kind': 'gauge', 'bursar.replayed': replayed });
  return {
    ...{ ...after, allowed: true, reason: null, requested: amount, replayed },
    transferId: transferId ?? '',
  };
}
