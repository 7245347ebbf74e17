/** Stating a member's part of a gauge: the same statement again changes nothing, so it needs no key. */
import { featureOf } from '../../catalog/index.ts';
import { partyOf, type UsedBy } from '../../customers/index.ts';
import type { Scope } from '../../kernel/index.ts';
import { changeGauge } from '../../ledger/index.ts';
import type { Decision, Denied } from '../decision.ts';
import { type DeniedError, deniedError } from '../errors.ts';
import { refuseKind } from '../refuse-kind.ts';
import { tellRefusal } from '../tell-refusal.ts';
import { checkFeature } from './check-feature.ts';

export type SetGauge = {
  readonly customer: string;
  readonly feature: string;
  /** The part from now on; 0 frees it. */
  readonly amount: number;
  readonly usedBy?: UsedBy | undefined;
};

/**
 * Sets the part of `usedBy`, or of the customer itself.
 *
 * @throws {QuotaExceededError} The level would pass the ceiling; nothing is written.
 * @throws {WrongKindError} The feature is no gauge.
 * @throws {DeniedError} Nothing carries the feature, or the customer is frozen, and the part would grow.
 */
export async function setGauge(scope: Scope, input: SetGauge): Promise<Decision> {
  const { customer, feature, amount, usedBy } = input;
  if (featureOf(scope, feature)?.kind !== 'gauge')
    throw deniedError(await refuseKind(scope, input));
  const before = await checkFeature(scope, { customer, feature, amount: 0 });
  // No part is above the level, so this one would grow; a smaller one may yet go down.
  if (!before.allowed && amount > before.used)
    throw refusal(scope, input, { ...before, requested: amount });
  const changed = await changeGauge(scope, {
    customer,
    unit: feature,
    usedBy: partyOf(usedBy, customer),
    amount,
    source: 'entitlements.set',
  });
  const after = {
    ...(await checkFeature(scope, { customer, feature, amount: 0 })),
    requested: amount,
  };
  if (changed.allowed)
    return { ...after, ...(changed.transferId !== null && { transferId: changed.transferId }) };
  const full = before.reason ?? 'quota_exceeded';
  const reason = changed.reason === 'customer_frozen' ? 'customer_frozen' : full;
  const refused = { ...after, allowed: false, reason } as const;
  throw refusal(scope, input, refused);
}

function refusal(scope: Scope, { customer, feature }: SetGauge, refused: Denied): DeniedError {
  tellRefusal(scope, { customer, feature, source: 'entitlements.set' }, refused);
  return deniedError(refused);
}
