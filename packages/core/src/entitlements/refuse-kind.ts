/** The refusal that has nothing to do with amounts: a feature that is not counted, no gauge, or not there at all. */
import type { Scope } from '../kernel/index.ts';
import type { Denied } from './decision.ts';
import { checkFeature } from './operations/check-feature.ts';
import type { Use } from './use.ts';

/** Refuses a feature of a kind that cannot do what is asked, or that nobody knows. */
export async function refuseKind(
  scope: Scope,
  { customer, feature, amount }: Pick<Use, 'customer' | 'feature' | 'amount'>,
): Promise<Denied> {
  const decision = await checkFeature(scope, { customer, feature, amount });
  const isUnknown = decision.reason === 'feature_unknown';
  return { ...decision, allowed: false, reason: isUnknown ? 'feature_unknown' : 'wrong_kind' };
}
