/**
 * Reading subscriptions with the features they were sold, in one statement, so that both are of one moment.
 *
 * Of periods that are paid for only the floor above knows; without it everything counts as paid.
 */
import { at, list, type Scope, type Statement, sql } from '../kernel/index.ts';
import { fallenBack } from './fallback.ts';
import { unpaidAtGateway, unpaidSince } from './payments.ts';
import { rowAt } from './plan-change.ts';
import { readRow, type SubscriptionRow } from './rows.ts';

/**
 * `share` while a balance is caught up, `update` before a change; always after the customer's own lock. `update of free`
 * leaves out what somebody else has locked.
 */
export type Lock = 'none' | 'share' | 'update' | 'update of free';

/** Which subscriptions; newest first. Deleted ones never match, unless they alone are meant. */
export type Selection = {
  readonly where: Statement;
  readonly limit: number;
  readonly lock?: Lock | undefined;
  /** Only the items of these features are read; of all unless said. */
  readonly featureIds?: readonly number[] | undefined;
  readonly deleted?: boolean | undefined;
  /** As they are by then; now unless said. `stored`: as they stand, what is due on them still to come. */
  readonly asOf?: Date | 'stored' | undefined;
};

/** Subscriptions by any condition on `subscription.*`, newest first. */
export async function selectSubscriptions(
  scope: Scope,
  selection: Selection,
): Promise<SubscriptionRow[]> {
  const { asOf = scope.now } = selection;
  const rows = await scope.many(selectStatement(scope, selection), readRow);
  const paid = await withPayments(scope, rows);
  if (asOf === 'stored') return paid;
  return (await fallenBack(scope, paid, asOf)).map((row) => rowAt(row, asOf));
}

const lockClause = {
  none: sql``,
  share: sql`for share of subscription`,
  update: sql`for no key update of subscription`,
  'update of free': sql`for no key update of subscription skip locked`,
} as const satisfies Record<Lock, Statement>;

function selectStatement(
  scope: Scope,
  { where, limit, lock = 'none', featureIds, deleted = false }: Selection,
): Statement {
  const features = featureIds ? list(featureIds) : null;
  return sql`
    select subscription.id, subscription.customer_id, customer.external_id as customer, plan.key as plan,
           version.version, family.key as family, subscription.family_id, subscription.period,
           subscription.time_zone, subscription.anchor, subscription.starts_at, subscription.ends_at,
           subscription.trial_ends_at, subscription.canceled_at, subscription.cancel_reason,
           subscription.cancel_comment, subscription.paused_at, subscription.resumes_at, subscription.shifts, subscription.scheduled,
           subscription.billing, subscription.currency,
           subscription.past_due, subscription.source, subscription.external, subscription.sold_until, subscription.billed_from,
           subscription.revision, subscription.due_at,
           subscription.created_at, subscription.updated_at,
           (select coalesce(jsonb_agg(jsonb_build_object('feature', feature.key, 'kind', item.kind,
                     'quota', item.quota, 'options', item.options, 'added_by', item.added_by) order by feature.key), '[]')
              from bursar.subscription_items as item
              join bursar.features as feature on (feature.tenant_id, feature.id) = (item.tenant_id, item.feature_id)
             where (item.tenant_id, item.subscription_id) = (subscription.tenant_id, subscription.id)
               and (${features}::text is null or item.feature_id = any ((select ${features}::text)::int[]))) as items
      from bursar.subscriptions as subscription
      join bursar.customers as customer
        on (customer.tenant_id, customer.id) = (subscription.tenant_id, subscription.customer_id)
      left join bursar.plan_versions as version
        on (version.tenant_id, version.id) = (subscription.tenant_id, subscription.plan_version_id)
      left join bursar.plans as plan on (plan.tenant_id, plan.id) = (version.tenant_id, version.plan_id)
      left join bursar.families as family
        on (family.tenant_id, family.id) = (subscription.tenant_id, subscription.family_id)
     where subscription.tenant_id = ${scope.tenant.id}::int and (subscription.deleted_at is not null) = ${deleted}::boolean
       and ${where}
     order by subscription.created_at desc, subscription.id desc
     limit ${limit}::int
     ${lockClause[lock]}`;
}

/** How many subscriptions of one customer count at once; the floor that sells stays far below. */
const liveMax = 1000;

/** A customer's subscriptions that have not reached a set end at `now`: upcoming, running, paused, past due. */
export async function liveSubscriptions(
  scope: Scope,
  { customerId, ...input }: { customerId: number; now: Date; lock?: Lock | undefined },
): Promise<readonly SubscriptionRow[]> {
  return (await liveOfAll(scope, { ...input, customers: [customerId] })).get(customerId) ?? [];
}

/** As `liveSubscriptions`, of many customers, by their ids. */
export async function liveOfAll(
  scope: Scope,
  input: {
    customers: readonly number[];
    now: Date;
    lock?: Lock | undefined;
    featureIds?: readonly number[] | undefined;
  },
): Promise<ReadonlyMap<number, readonly SubscriptionRow[]>> {
  const { customers, now, lock, featureIds } = input;
  if (customers.length === 0) return new Map();
  const [only] = customers;
  const among =
    customers.length === 1
      ? sql`subscription.customer_id = ${only ?? 0}::bigint`
      : sql`subscription.customer_id = any ((select ${list(customers)}::text)::bigint[])`;
  const where = sql`${among} and (subscription.ends_at is null or subscription.ends_at > ${at(now)}::text::timestamptz)`;
  const limit = liveMax * customers.length;
  const rows = await selectSubscriptions(scope, { where, limit, lock, featureIds, asOf: now });
  const found = new Map<number, SubscriptionRow[]>(customers.map((id) => [id, []]));
  for (const row of rows) found.get(row.customerId)?.push(row);
  return found;
}

/** One subscription by its id, or `null`. */
export async function findSubscription(
  scope: Scope,
  id: string,
  { lock, asOf }: { lock?: Lock; asOf?: 'stored' } = {},
): Promise<SubscriptionRow | null> {
  const [row] = await selectSubscriptions(scope, {
    where: sql`subscription.id = ${id}::text`,
    limit: 1,
    lock,
    asOf,
  });
  return row ?? null;
}

/** Those of these ids that nobody else is working on, locked, as they stand. */
export function freeSubscriptions(
  scope: Scope,
  ids: readonly string[],
): Promise<SubscriptionRow[]> {
  const where = sql`subscription.id = any ((select ${list(ids)}::text)::text[])`;
  const limit = Math.max(1, ids.length);
  return selectSubscriptions(scope, { where, limit, lock: 'update of free', asOf: 'stored' });
}

/** One that was deleted, locked, or `null`. */
export async function findDeleted(scope: Scope, id: string): Promise<SubscriptionRow | null> {
  const where = sql`subscription.id = ${id}::text`;
  const [row] = await selectSubscriptions(scope, {
    where,
    limit: 1,
    lock: 'update',
    deleted: true,
  });
  return row ?? null;
}

/** What is unpaid of those that are charged, by what orders or the gateways' invoices say. */
async function withPayments(
  scope: Scope,
  rows: readonly SubscriptionRow[],
): Promise<SubscriptionRow[]> {
  const byOrder = await withPaymentsOf(scope, rows, 'order');
  return withPaymentsOf(scope, byOrder, 'gateway');
}

async function withPaymentsOf(
  scope: Scope,
  rows: readonly SubscriptionRow[],
  billing: 'order' | 'gateway',
): Promise<SubscriptionRow[]> {
  const billed = rows.filter((row) => row.billing === billing).map((row) => row.id);
  if (billed.length === 0) return [...rows];
  const paid = await scope.ports.paidPeriods?.(scope, billed, billing);
  if (!paid) return [...rows];
  const since = billing === 'order' ? unpaidSince : unpaidAtGateway;
  return rows.map((row) =>
    row.billing === billing ? { ...row, unpaidSince: since(row, paid.get(row.id) ?? []) } : row,
  );
}
