/**
 * What a paid order of a plan does: it begins a subscription, makes the one there is last longer, or changes that to the plan.
 *
 * Runs in the transaction that takes the order as paid. What was paid for is delivered: a customer whose family is taken
 * is not refused but changed over, at full price and with periods that begin anew (MECHANISMS 4.1).
 */
import { type PlanVersion, versionById } from '../../catalog/index.ts';
import { addDuration, type Scope, sql } from '../../kernel/index.ts';
import { type Locked, lockSubscriptions, rebalanced } from '../change.ts';
import { alreadySubscribed, type Claim, refuseConflict } from '../conflicts.ts';
import { liveSubscriptions } from '../queries.ts';
import type { SubscriptionRow } from '../rows.ts';
import { stateAt } from '../state.ts';
import { storeEnd } from '../store-end.ts';
import { changeOver } from './change-over.ts';
import { createSubscription } from './create-subscription.ts';

export type DeliverPlan = {
  /** The host's id. */
  readonly customer: string;
  readonly planVersionId: number;
  /** ISO 8601 length of a period; `null` is infinite. */
  readonly cycle: string | null;
  /** Periods that one piece stands for each. */
  readonly quantity: number;
  /** Now or later. */
  readonly startsAt: Date;
  readonly endsAt: Date | null;
  readonly timeZone: string;
  readonly paid: { readonly amount: number; readonly unit: string };
};

/** The time that was delivered, and with which subscription. */
export type Delivered = {
  readonly subscription: string;
  readonly startsAt: Date;
  readonly endsAt: Date | null;
};

type Decision =
  | { readonly kind: 'create' }
  | { readonly kind: 'keep' | 'extend' | 'change'; readonly row: SubscriptionRow };

/**
 * Delivers the plan, and announces what that does to the subscription.
 * @throws {AlreadySubscribedError} Another subscription of the family runs, or is to run, in a time that begins later than now.
 */
export async function deliverPlan(scope: Scope, input: DeliverPlan): Promise<Delivered> {
  const version = await versionById(scope, input.planVersionId);
  const locked = await lockSubscriptions(scope, input.customer);
  const decision = decide(scope, { input, version, rows: locked.rows });
  const delivered = await deliver(scope, { input, version, locked, decision });
  await scope.run(sql`
    update bursar.subscriptions set sold_until = ends_at
     where (tenant_id, id) = (${scope.tenant.id}::int, ${delivered.subscription}::text)`);
  return delivered;
}

/**
 * Refuses what could not be delivered now. Writes nothing.
 * @param input.isPaid It has been paid for: then it is no reason to refuse that the plan runs already without an end.
 * @throws {AlreadySubscribedError} As `deliverPlan`.
 */
export async function refuseUndeliverable(
  scope: Scope,
  {
    customerId,
    isPaid,
    ...input
  }: DeliverPlan & { readonly customerId: number; readonly isPaid: boolean },
): Promise<void> {
  const version = await versionById(scope, input.planVersionId);
  const rows = await liveSubscriptions(scope, { customerId, now: scope.now });
  const decision = decide(scope, { input, version, rows });
  const claim = claimOf(input, version, customerId);
  if (decision.kind === 'create') return refuseConflict(scope, claim);
  const { kind, row } = decision;
  if (kind === 'keep' && !isPaid) throw alreadySubscribed(claim, row.id);
  if (kind === 'keep') return;
  const endsAt = kind === 'extend' ? extended(input, row).endsAt : input.endsAt;
  await refuseConflict(scope, { ...claim, startsAt: scope.now, endsAt, id: row.id });
}

type Case = {
  readonly input: DeliverPlan;
  readonly version: PlanVersion;
  readonly rows: readonly SubscriptionRow[];
};

function decide(scope: Scope, { input, version, rows }: Case): Decision {
  const family = version.familyId;
  const row =
    family === null
      ? undefined
      : rows.find((one) => one.familyId === family && stateAt(one, scope.now).active);
  if (!row) return { kind: 'create' };
  const isSame = row.plan === version.planKey && row.period === input.cycle;
  if (isSame && row.endsAt === null) return { kind: 'keep', row };
  // What is owed for the period that runs is not paid by one that comes after it.
  const isOwed = stateAt(row, scope.now).pastDue;
  if (isSame && !isOwed && row.endsAt !== null && input.startsAt <= row.endsAt)
    return { kind: 'extend', row };
  if (input.startsAt > scope.now) return { kind: 'create' };
  return { kind: 'change', row };
}

async function deliver(
  scope: Scope,
  {
    input,
    version,
    locked,
    decision,
  }: Omit<Case, 'rows'> & { readonly locked: Locked; readonly decision: Decision },
): Promise<Delivered> {
  if (decision.kind === 'create') return create(scope, input, version);
  const { kind, row } = decision;
  const { startsAt, endsAt } = input;
  if (kind === 'keep') return { subscription: row.id, startsAt, endsAt };
  if (kind === 'extend') return extend(scope, { input, locked, row });
  const { customer } = locked;
  const to = { ...version, plan: { ...version.plan, billing: 'none' as const } };
  const change = { ...input, to, customer, claim: claimOf(input, version, customer.id) };
  await changeOver(scope, row, change);
  return { subscription: row.id, startsAt, endsAt };
}

async function create(
  scope: Scope,
  { customer, cycle, startsAt, endsAt, paid }: DeliverPlan,
  version: PlanVersion,
): Promise<Delivered> {
  const { planKey: plan, plan: sold } = version;
  const { id } = await createSubscription(scope, {
    ...{ customer, plan, version: version.version, startsAt, trial: 'skip', source: 'order' },
    ...(cycle === null ? { infinite: true } : { period: cycle }),
    ...(endsAt !== null && { endsAt }),
    ...(Object.hasOwn(sold.price, paid.unit) && { currency: paid.unit }),
  });
  return { subscription: id, startsAt, endsAt };
}

async function extend(
  scope: Scope,
  { input, locked, row }: { input: DeliverPlan; locked: Locked; row: SubscriptionRow },
): Promise<Delivered> {
  const delivered = extended(input, row);
  const { endsAt } = delivered;
  await refuseConflict(scope, { ...row, startsAt: scope.now, endsAt });
  await scope.run(sql`
    update bursar.subscriptions set billing = 'none' where (tenant_id, id) = (${scope.tenant.id}::int, ${row.id}::text)`);
  await rebalanced(scope, { customer: locked.customer, items: row.items }, () =>
    storeEnd(scope, row, { endsAt, reason: null, comment: null }),
  );
  return delivered;
}

/** From where it would have ended, for as long as was bought. */
function extended(
  { cycle, quantity, timeZone, startsAt: asked }: DeliverPlan,
  row: SubscriptionRow,
): Delivered {
  const startsAt = row.endsAt ?? asked;
  const endsAt = cycle === null ? null : addDuration(startsAt, cycle, quantity, timeZone);
  return { subscription: row.id, startsAt, endsAt };
}

function claimOf(input: DeliverPlan, version: PlanVersion, customerId: number): Claim {
  const { customer, startsAt, endsAt } = input;
  const { family } = version.plan;
  return { customerId, customer, family, familyId: version.familyId, startsAt, endsAt };
}
