/** Reserving uses of a metered feature, and the true cost afterwards. */
import { featureOf } from '../../catalog/index.ts';
import type { Scope } from '../../kernel/index.ts';
import { captureHold } from '../../ledger/index.ts';
import type { Denied } from '../decision.ts';
import { deniedError } from '../errors.ts';
import { refuseKind } from '../refuse-kind.ts';
import { takeMetered } from '../take-metered.ts';
import { tellRefusal } from '../tell-refusal.ts';
import type { Spent, Use } from '../use.ts';

export type HoldFeature = Use & {
  readonly hold: { readonly id: string; readonly expiresAt: Date };
};

/**
 * Sets uses aside until they are captured or released.
 *
 * @returns `hold` is the reservation's id: an earlier one's when the key was used before.
 * @throws {DeniedError} With the decision; nothing was set aside.
 * @throws {IdempotencyConflictError} The key holds another request.
 */
export async function holdFeature(
  scope: Scope,
  input: HoldFeature,
): Promise<Spent & { readonly hold: string }> {
  const decision = await tryHoldFeature(scope, input);
  if (!decision.allowed) throw deniedError(decision);
  return { ...decision, hold: decision.hold ?? input.hold.id };
}

/** As `holdFeature`; a refusal is an answer. */
export async function tryHoldFeature(scope: Scope, input: HoldFeature): Promise<Spent | Denied> {
  if (featureOf(scope, input.feature)?.kind !== 'metered') return refuseKind(scope, input);
  const decision = await takeMetered(scope, input, input.hold);
  const { customer, feature, source = 'entitlements.hold' } = input;
  tellRefusal(scope, { customer, feature, source }, decision);
  return decision;
}

/**
 * Captures what the work truly cost: the hold first, then as much of the rest as is available.
 *
 * @param input.amount In uses; 0 releases the hold.
 * @throws {HoldClosedError} It was captured or released before.
 * @throws {HoldExpiredError} Its time was over first.
 */
export async function captureUse(
  scope: Scope,
  input: { customer: string; hold: string; amount: number; key?: string | undefined },
): Promise<{ captured: number; shortfall: number }> {
  const { captured, shortfall } = await captureHold(scope, {
    ...input,
    beyond: true,
    source: 'entitlements.capture',
  });
  return { captured, shortfall };
}
