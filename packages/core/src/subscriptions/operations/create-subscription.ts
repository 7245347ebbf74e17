/**
 * Selling a subscription: from a plan, from features, or empty.
 *
 * Everything is checked under the customer's lock before the first row is written, so a refusal leaves nothing behind
 * and breaks nobody's transaction. What is sold is frozen on it.
 */
import { ensureCatalog, type PlanVersion } from '../../catalog/index.ts';
import { answerOnce, ensureCustomer } from '../../customers/index.ts';
import { newId, type Scope, sql, text } from '../../kernel/index.ts';
import { announceChange, reread } from '../announce-change.ts';
import { type Asked, type NewSubscription, readAsked } from '../asked.ts';
import { chargeBegun } from '../billing.ts';
import { lockSubscriptions, rebalanced } from '../change.ts';
import { alreadySubscribed, type Claim, refuseConflict } from '../conflicts.ts';
import { NotSelfServiceError, SubscriptionExistsError } from '../errors.ts';
import { findVersion } from '../plan-version.ts';
import { reviveSubscription, type Subscription, subscriptionOf } from '../subscription.ts';
import { termsOf } from '../terms.ts';
import { redeemTrial } from '../trials.ts';
import { insertSubscription } from './insert-subscription.ts';

/** What creating answers; `replayed`: with what an earlier request under the same key has made. */
export type CreatedSubscription = Subscription & { readonly replayed: boolean };

/**
 * Creates a subscription and announces `subscription.created`. The same key and request again give the first answer.
 *
 * A subscription to the default plan as it is, from now, continues what the customer has: same periods, used kept.
 *
 * @throws {PlanUnknownError} No such plan or version.
 * @throws {NotSelfServiceError} Asked with `selfService`, and customers cannot start this plan themselves.
 * @throws {FeatureUnknownError} A feature is not in the catalogue.
 * @throws {AlreadySubscribedError} Another subscription of the plan's family runs in that time; nothing is written.
 * @throws {TrialUsedError} The person has had a trial of the plan, and the setting allows one.
 * @throws {SubscriptionExistsError} The given id is taken; nothing is written.
 * @throws {IdempotencyConflictError} The key belongs to another request.
 * @throws {ValidationError} Names the fields that cannot be read.
 */
export async function createSubscription(
  scope: Scope,
  input: NewSubscription,
): Promise<CreatedSubscription> {
  const { idempotencyKey: key, ...request } = input;
  const asked = readAsked(input);
  await ensureCatalog(scope);
  const version = asked.plan === null ? null : await findVersion(scope, asked.plan, asked.version);
  if (asked.selfService && !version?.plan.selfService) throw new NotSelfServiceError(asked.plan);
  return scope.transaction(async (scope) => {
    const customer = await ensureCustomer(scope, { customer: input.customer, kind: input.kind });
    const once = { verb: 'subscriptions.create', customerId: customer.id, key, request };
    const { answer, replayed } = await answerOnce(scope, once, (scope) =>
      create(scope, { asked, externalId: input.customer, version }),
    );
    return { ...reviveSubscription(answer), replayed };
  });
}

type Sale = {
  readonly asked: Asked;
  readonly externalId: string;
  readonly version: PlanVersion | null;
};

async function create(scope: Scope, { asked, externalId, version }: Sale): Promise<Subscription> {
  const { customer } = await lockSubscriptions(scope, externalId);
  const plan = version?.plan ?? null;
  const terms = await termsOf(scope, { asked, customer, plan });
  const id = asked.id ?? newId('sub');
  const claim: Claim = {
    customerId: customer.id,
    customer: externalId,
    family: plan?.family ?? null,
    familyId: version?.familyId ?? null,
    startsAt: terms.startsAt,
    endsAt: terms.endsAt,
  };
  await refuseTakenId(scope, id);
  await refuseConflict(scope, claim);
  if (plan && terms.trialEndsAt !== null)
    await redeemTrial(scope, { customer, plan: plan.key, fingerprints: asked.fingerprints });
  const row = await rebalanced(scope, { customer, items: terms.items }, async () => {
    const made = await insertSubscription(scope, { id, claim, terms, asked, version });
    if (!made) throw alreadySubscribed(claim, null);
    const row = await reread(scope, id);
    await announceChange(scope, row, 'subscription.created');
    return row;
  });
  const isAsked = await chargeBegun(scope, row);
  return subscriptionOf(isAsked ? await reread(scope, id) : row, scope.now);
}

async function refuseTakenId(scope: Scope, id: string): Promise<void> {
  const taken = await scope.maybeOne(
    sql`select id from bursar.subscriptions where (tenant_id, id) = (${scope.tenant.id}::int, ${id}::text)`,
    (row) => text(row.id),
  );
  if (taken !== null) throw new SubscriptionExistsError(id);
}
