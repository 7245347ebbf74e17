/**
 * Taking uses of a feature, all or nothing: one call of the ledger, which alone decides; the figures of the answer
 * come with it.
 */
import { featureOf } from '../../catalog/index.ts';
import type { Scope } from '../../kernel/index.ts';
import type { Denied } from '../decision.ts';
import { deniedError } from '../errors.ts';
import { refuseKind } from '../refuse-kind.ts';
import { takeGauge } from '../take-gauge.ts';
import { takeMetered } from '../take-metered.ts';
import { tellRefusal } from '../tell-refusal.ts';
import type { Spent, Use } from '../use.ts';

/**
 * Takes the uses.
 *
 * @throws {DeniedError} With the decision; nothing was taken.
 * @throws {IdempotencyConflictError} The key holds another request.
 * @throws {InvalidAmountError} Not a whole number above zero.
 */
export async function consume(scope: Scope, input: Use): Promise<Spent> {
  const decision = await tryConsume(scope, input);
  if (!decision.allowed) throw deniedError(decision);
  return decision;
}

/**
 * Takes the uses, or says why not, and announces `quota.exceeded` where that is the reason.
 *
 * @throws {IdempotencyConflictError} The key holds another request.
 * @throws {InvalidAmountError} Not a whole number above zero.
 */
export async function tryConsume(scope: Scope, input: Use): Promise<Spent | Denied> {
  const decision = await take(scope, input);
  const { customer, feature, source = 'entitlements.consume' } = input;
  tellRefusal(scope, { customer, feature, source }, decision);
  return decision;
}

function take(scope: Scope, input: Use): Promise<Spent | Denied> {
  const kind = featureOf(scope, input.feature)?.kind;
  if (kind === 'metered') return takeMetered(scope, input);
  return kind === 'gauge' ? takeGauge(scope, input) : refuseKind(scope, input);
}
