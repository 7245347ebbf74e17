/**
 * Changing what a live subscription gives: a feature more, one less, another quota.
 *
 * Only the stored item changes; the books follow by themselves in the same transaction, so what was used stays used, and
 * the very next spend in any process meets the new quota.
 */
import { featureIdOf } from '../../catalog/index.ts';
import { at, json, NotFoundError, type Scope, type Statement, sql } from '../../kernel/index.ts';
import { InvalidStateError } from '../../ledger/index.ts';
import { announceUpdate, reread } from '../announce-change.ts';
import { windowAt } from '../calendar.ts';
import { rebalanced } from '../change.ts';
import { commandOn } from '../command.ts';
import { NoQuotaError } from '../errors.ts';
import { type FeatureTerms, readFeatures } from '../feature-terms.ts';
import { readText } from '../input.ts';
import { type FrozenItem, itemOfTerms, readQuota } from '../items.ts';
import { announceOver, gaugesOver, refuseBlocked } from '../over-limit.ts';
import type { SubscriptionRow } from '../rows.ts';
import { stateAt } from '../state.ts';
import type { Subscription } from '../subscription.ts';
import { readTarget, type Target } from '../target-input.ts';

/** A code is sold with quota 0, refilled each period; terms say otherwise. */
export type AddFeature = Target & { feature: string | FeatureTerms };
export type RemoveFeature = Target & { feature: string };
/** Of a metered feature, per period; of a gauge, the ceiling. */
export type SetQuota = Target & { feature: string; quota: number | 'unlimited' };

/**
 * Sells a further feature with the subscription, from now on, and announces `subscription.updated`.
 *
 * @throws {FeatureUnknownError} The catalogue does not have it, and it is not said to be boolean.
 * @throws {InvalidStateError} It is sold already: set its quota; or the subscription has ended.
 * @throws {NotFoundError} There is no such subscription of this customer.
 * @throws {AmbiguousSubscriptionError} None was named and several live.
 * @throws {IdempotencyConflictError} The key belongs to another request.
 */
export async function addFeature(scope: Scope, input: AddFeature): Promise<Subscription> {
  readTarget(input, ['feature']);
  const [terms = ''] = readFeatures([input.feature]);
  return changeFeatures(scope, 'addFeature', input, async (inner, row) => {
    const sold = await itemOfTerms(inner, terms);
    if (row.items.some((one) => one.feature === sold.feature))
      throw new InvalidStateError(`${row.id} has ${sold.feature} already: set its quota.`);
    const first = windowAt(row, sold.options.reset, inner.now)?.number ?? 1;
    const item = sold.kind === 'metered' ? { ...sold, options: { ...sold.options, first } } : sold;
    return { item, after: item, write: await insertion(inner, row, item) };
  });
}

/**
 * Takes a feature off the subscription at once, and announces `subscription.updated`. What was left of its quota is voided;
 * how much was used stays readable.
 *
 * @throws {NotFoundError} The subscription does not have it, or there is no such subscription of this customer.
 * @throws {InvalidStateError} The subscription has ended.
 */
export async function removeFeature(scope: Scope, input: RemoveFeature): Promise<Subscription> {
  readTarget(input, ['feature']);
  const feature = readText(input.feature, '/feature', 64);
  return changeFeatures(scope, 'removeFeature', input, async (inner, row) => {
    const item = itemNamed(row, feature);
    const write = sql`
      delete from bursar.subscription_items
       where (tenant_id, subscription_id, feature_id)
           = (${inner.tenant.id}::int, ${row.id}::text, ${await featureIdOf(inner, feature)}::int)`;
    return { item, after: null, write };
  });
}

/**
 * Gives a feature another quota from now on, and announces `subscription.updated`. Below what is used, that stays used and
 * nothing is left: `quota.reached` is announced if something was. A level above a gauge's new ceiling is kept and announced
 * as `quota.over_limit`, or the change refused, as the plan's `overLimit` says.
 *
 * @throws {CeilingBlockedError} More of the gauge is taken up than that, and its policy is `block`.
 * @throws {NoQuotaError} The feature is boolean or config.
 * @throws {NotFoundError} The subscription does not have it, or there is no such subscription of this customer.
 * @throws {InvalidStateError} The subscription has ended.
 */
export async function setQuota(scope: Scope, input: SetQuota): Promise<Subscription> {
  readTarget(input, ['feature', 'quota']);
  const feature = readText(input.feature, '/feature', 64);
  const quota = readQuota(input.quota, '/quota');
  return changeFeatures(scope, 'setQuota', input, async (inner, row) => {
    const item = itemNamed(row, feature);
    if (item.kind !== 'metered' && item.kind !== 'gauge')
      throw new NoQuotaError(feature, item.kind);
    const write = sql`
      update bursar.subscription_items
         set quota = ${quota}::bigint, revision = revision + 1
       where (tenant_id, subscription_id, feature_id)
           = (${inner.tenant.id}::int, ${row.id}::text, ${await featureIdOf(inner, feature)}::int)`;
    return { item, after: { ...item, quota }, write };
  });
}

/** What changes: the item, whose balance is settled around it, what it is after, and the statement that changes it. */
type Change = {
  readonly item: FrozenItem;
  readonly after: FrozenItem | null;
  readonly write: Statement;
};
type MakeChange = (scope: Scope, row: SubscriptionRow) => Promise<Change>;

function changeFeatures(
  scope: Scope,
  verb: string,
  input: Target & { feature: string | FeatureTerms; quota?: number | 'unlimited' },
  make: MakeChange,
): Promise<Subscription> {
  const feature = typeof input.feature === 'string' ? input.feature : input.feature.code;
  const facts = { feature, quota: input.quota ?? null };
  return commandOn(scope, { verb, input, facts }, async (inner, { customer, row }) => {
    if (stateAt(row, inner.now).ended) throw new InvalidStateError(`${row.id} has ended.`);
    const { item, after, write } = await make(inner, row);
    const items = row.items.filter(({ feature: one }) => one !== item.feature);
    const then = { ...row, items: after ? [...items, after] : items };
    const over = await gaugesOver(inner, { customer, before: row, after: then, at: inner.now });
    refuseBlocked(over);
    const stored = await rebalanced(inner, { customer, items: [item] }, async () => {
      await inner.run(write);
      await inner.run(sql`
        update bursar.subscriptions
           set revision = revision + 1, updated_at = ${at(inner.now)}::text::timestamptz
         where (tenant_id, id) = (${inner.tenant.id}::int, ${row.id}::text)`);
      return reread(inner, row.id);
    });
    await announceUpdate(inner, row, stored);
    await announceOver(inner, {
      customer: row.customer,
      over: over.filter((one) => one.feature === item.feature),
    });
    return stored;
  });
}

function itemNamed({ id, items }: SubscriptionRow, feature: string): FrozenItem {
  const item = items.find((one) => one.feature === feature);
  if (!item) throw new NotFoundError(`feature of ${id}`, feature);
  return item;
}

async function insertion(
  scope: Scope,
  { id }: SubscriptionRow,
  { feature, kind, quota, options }: FrozenItem,
): Promise<Statement> {
  return sql`
    insert into bursar.subscription_items (tenant_id, subscription_id, feature_id, kind, quota, options, added_by)
    values (${scope.tenant.id}::int, ${id}::text, ${await featureIdOf(scope, feature)}::int, ${kind}::text,
            ${quota}::bigint, ${json(options)}::text::jsonb, 'hand')`;
}
