/**
 * Taking uses of a feature, all or nothing: one call of the ledger, which alone decides; the figures of the answer
 * are read afterwards.
 */
import { featureOf } from '../../catalog/index.ts';
import { partyOf, type UsedBy } from '../../customers/index.ts';
import { news } from '../../events/index.ts';
import type { Scope } from '../../kernel/index.ts';
import { changeGauge, type SpendAnswer, spend } from '../../ledger/index.ts';
import type { Allowed, Decision, Denied } from '../decision.ts';
import { deniedError } from '../errors.ts';
import { factsAfter } from '../figures-after.ts';
import { creditsOf, standingOf, subjectOf } from '../standing.ts';
import { checkFeature, decide } from './check-feature.ts';

export type Use = {
  readonly customer: string;
  readonly kind?: string | undefined;
  readonly feature: string;
  /** In uses; 1 unless said. */
  readonly amount?: number | undefined;
  readonly usedBy?: UsedBy | undefined;
  readonly from?: 'quota' | 'credits' | 'both' | undefined;
  readonly idempotencyKey?: string | undefined;
  /** What else makes two requests under one key the same: a guard's route and body. */
  readonly bound?: unknown;
  readonly source?: string | undefined;
};

/** What was taken; `hold` names the reservation. */
export type Spent = Allowed & { readonly transferId: string; readonly hold?: string };

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
 * Takes the uses, or says why not.
 *
 * @throws {IdempotencyConflictError} The key holds another request.
 * @throws {InvalidAmountError} Not a whole number above zero.
 */
export async function tryConsume(scope: Scope, input: Use): Promise<Spent | Denied> {
  const kind = featureOf(scope, input.feature)?.kind;
  const decision = await take(scope, input, kind);
  if (!decision.allowed && decision.reason === 'quota_exceeded')
    tellExceeded(scope, input, decision);
  return decision;
}

function take(scope: Scope, input: Use, kind: string | undefined): Promise<Spent | Denied> {
  if (kind === 'metered') return takeMetered(scope, input);
  return kind === 'gauge' ? takeGauge(scope, input) : refuseKind(scope, input);
}

async function refuseKind(scope: Scope, input: Use): Promise<Denied> {
  const decision = await checkFeature(scope, {
    customer: input.customer,
    feature: input.feature,
    amount: input.amount,
  });
  const isUnknown = decision.reason === 'feature_unknown';
  return { ...decision, allowed: false, reason: isUnknown ? 'feature_unknown' : 'wrong_kind' };
}

/** Takes or reserves uses of a metered feature. */
export async function takeMetered(
  scope: Scope,
  input: Use,
  hold?: { readonly id: string; readonly expiresAt: Date },
): Promise<Spent | Denied> {
  const { customer, feature, amount = 1, usedBy, from } = input;
  const spent = await spend(scope, {
    ...{ customer, kind: input.kind, unit: feature, amount, from, hold },
    usedBy: usedBy === undefined ? undefined : partyOf(usedBy, customer),
    key: input.idempotencyKey,
    credits: await termsOf(scope, input),
    source: input.source ?? 'entitlements.consume',
    request: {
      ...{ verb: hold ? 'hold' : 'consume', feature, amount },
      from: from ?? null,
      usedBy: usedBy ?? null,
      bound: input.bound ?? null,
    },
  });
  return spent.allowed ? afterSpend(scope, input, spent) : whyNot(scope, input, spent);
}

/** The credits that may pay: the catalogue's, unless what was sold says otherwise. */
async function termsOf(
  scope: Scope,
  { customer, feature, from }: Use,
): Promise<{ unit: string; cost: number } | null> {
  if (from === 'quota') return null;
  const { plans } = scope.ports.catalog;
  const catalogue = featureOf(scope, feature)?.credits ?? null;
  const isOverridden = Object.values(plans).some((plan) => {
    const item = plan.features[feature] as { credits?: unknown } | undefined;
    return item?.credits !== undefined;
  });
  // What was sold earlier may differ from today's catalogue only where a plan has a say in it.
  if (!isOverridden) return catalogue;
  const standing = standingOf(scope, await subjectOf(scope, customer), feature);
  return standing ? creditsOf(standing) : catalogue;
}

async function afterSpend(
  scope: Scope,
  input: Use,
  spent: SpendAnswer & { allowed: true },
): Promise<Spent> {
  const facts = await factsAfter(scope, input, spent.figures);
  return {
    ...facts,
    allowed: true,
    reason: null,
    requested: input.amount ?? 1,
    replayed: spent.replayed,
    transferId: spent.transferId,
    ...(spent.hold !== null && { hold: spent.hold }),
  };
}

async function whyNot(
  scope: Scope,
  input: Use,
  spent: SpendAnswer & { allowed: false },
): Promise<Denied> {
  const { customer, feature, amount, from } = input;
  const decision = await decide(scope, await subjectOf(scope, customer), {
    customer,
    feature,
    amount,
    from,
  });
  if (!decision.allowed) return decision;
  // More came in since the ledger refused; the refusal stands, the caller may try again.
  if (spent.reason === 'customer_frozen')
    return { ...decision, allowed: false, reason: 'customer_frozen' };
  return {
    ...decision,
    allowed: false,
    reason: spent.credits ? 'insufficient_balance' : 'quota_exceeded',
  };
}

async function takeGauge(scope: Scope, input: Use): Promise<Spent | Denied> {
  const { customer, feature, amount = 1 } = input;
  const before = await checkFeature(scope, { customer, feature, amount });
  if (!before.allowed && before.reason !== 'quota_exceeded') return before;
  const changed = await changeGauge(scope, {
    ...{ customer, unit: feature, delta: amount },
    usedBy: partyOf(input.usedBy, customer),
    key: input.idempotencyKey,
    source: input.source ?? 'entitlements.consume',
  });
  const after = await checkFeature(scope, { customer, feature, amount: 0 });
  if (changed.allowed) {
    const { replayed, transferId } = changed;
    return {
      ...after,
      allowed: true,
      reason: null,
      requested: amount,
      replayed,
      transferId: transferId ?? '',
    };
  }
  const reason = changed.reason === 'customer_frozen' ? 'customer_frozen' : 'quota_exceeded';
  return { ...after, allowed: false, reason, requested: amount };
}

function tellExceeded(
  scope: Scope,
  { customer, feature }: Use,
  { requested, available }: Decision,
): void {
  scope.queue(
    news(scope, {
      type: 'quota.exceeded',
      customer,
      subject: { type: 'feature', id: feature },
      source: 'entitlements.consume',
      data: { feature, requested, available },
    }),
  );
}
