/** What a customer has in use when what it is sold changes: under each quota, and beyond a ceiling. */
import type { CustomerRow } from '../customers/index.ts';
import { announce } from '../events/index.ts';
import type { Scope } from '../kernel/index.ts';
import { readBalance } from '../ledger/index.ts';
import type { PlanChange } from './agreed.ts';
import { windowAt } from './calendar.ts';
import { defaultSources } from './defaults.ts';
import { CeilingBlockedError } from './errors.ts';
import type { FrozenItem } from './items.ts';
import { changed, type UsedBefore } from './plan-change.ts';
import { liveSubscriptions } from './queries.ts';
import type { SubscriptionRow } from './rows.ts';
import { balancePlanOf, leadOf, sourceOf } from './sources.ts';

/** More is in use than a new quota or ceiling allows. */
export type OverLimit = {
  readonly feature: string;
  readonly used: number;
  readonly quota: number;
  /** Of a gauge: whether the change is refused, or the level kept, which can only go down then. A quota's use is kept. */
  readonly policy: 'block' | 'freeze';
};

/** Used under the windows of a subscription that count now, by metered feature. */
export async function usedNow(scope: Scope, row: SubscriptionRow): Promise<UsedBefore> {
  const used = new Map<string, number>();
  for (const item of row.items) {
    if (item.kind !== 'metered') continue;
    const number = windowAt(row, item.options.reset, scope.now)?.number;
    const reference = `${leadOf({ reference: row.id }, item)}/${number}`;
    const balance = await readBalance(scope, { customer: row.customer, unit: item.feature });
    const window = balance.windows.find((one) => one.window.reference === reference);
    used.set(item.feature, window?.used ?? 0);
  }
  return used;
}

/** Gauges with another ceiling than before whose level is above it once `after` stands in the place of `before`. */
export async function gaugesOver(
  scope: Scope,
  input: {
    readonly customer: CustomerRow;
    readonly before: SubscriptionRow;
    readonly after: SubscriptionRow;
    readonly at: Date;
  },
): Promise<OverLimit[]> {
  const { customer, before, after, at } = input;
  const gauges = [...before.items, ...after.items].filter(
    (item) => item.kind === 'gauge' && quotaIn(before, item) !== quotaIn(after, item),
  );
  const features = [...new Set(gauges.map(({ feature }) => feature))].sort();
  if (features.length === 0) return [];
  const live = await liveSubscriptions(scope, { customerId: customer.id, now: scope.now });
  const rows = live.map((row) => (row.id === after.id ? after : row));
  const defaults = await defaultSources(scope, { customer, rows, at });
  const sources = [...rows.flatMap((row) => sourceOf(row, at) ?? []), ...defaults.sources];
  const over: OverLimit[] = [];
  for (const feature of features) {
    const { ceiling } = balancePlanOf(sources, { feature, kind: 'gauge', at });
    const { settled } = await readBalance(scope, { customer: before.customer, unit: feature });
    if (ceiling === null || settled <= ceiling) continue;
    const policy = policyOf(after.items, feature) ?? policyOf(before.items, feature) ?? 'freeze';
    over.push({ feature, used: settled, quota: ceiling, policy });
  }
  return over;
}

/** Of the gauges, once an agreed change holds. */
export function overGauges(
  scope: Scope,
  {
    customer,
    row,
    agreed,
  }: {
    customer: CustomerRow;
    row: SubscriptionRow;
    agreed: { readonly change: PlanChange; readonly at: Date };
  },
): Promise<OverLimit[]> {
  const after = changed(row, agreed.change, agreed.at, new Map());
  return gaugesOver(scope, { customer, before: row, after, at: agreed.at });
}

function quotaIn({ items }: SubscriptionRow, { feature }: FrozenItem): number | null | undefined {
  return items.find((item) => item.feature === feature)?.quota;
}

function policyOf(items: readonly FrozenItem[], feature: string): 'block' | 'freeze' | undefined {
  return items.find((item) => item.feature === feature)?.options.overLimit;
}

/** @throws {CeilingBlockedError} One of them is not to be passed. */
export function refuseBlocked(over: readonly OverLimit[]): void {
  const blocked = over.find(({ policy }) => policy === 'block');
  if (blocked) throw new CeilingBlockedError(blocked);
}

/** Announces `quota.over_limit` of each. */
export async function announceOver(
  scope: Scope,
  { customer, over }: { customer: string; over: readonly OverLimit[] },
): Promise<void> {
  for (const { feature, used, quota } of over) {
    await announce(scope, {
      type: 'quota.over_limit',
      customer,
      subject: { type: 'balance', id: feature },
      data: { feature, used, quota },
    });
  }
}
