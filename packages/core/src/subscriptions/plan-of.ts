/**
 * The plan of a balance: which quotas feed it now, how high a gauge may go, and when that changes by time alone.
 *
 * Handed to the ledger in `bursar.ts`. Two statements once ids are known, pure over what they read; writes nothing.
 */
import { featureOf, findFeatureId } from '../catalog/index.ts';
import type { CustomerRow } from '../customers/index.ts';
import type { Scope } from '../kernel/index.ts';
import type { BalancePlan, PlanOf, PlansOf } from '../ledger/index.ts';
import { defaultSources } from './defaults.ts';
import { turnsOf } from './plan-change.ts';
import { liveOfAll } from './queries.ts';
import type { SubscriptionRow } from './rows.ts';
import { balancePlanOf, earliest, sourceOf } from './sources.ts';

const nothing: BalancePlan = {
  windows: [],
  subWindow: null,
  ceiling: null,
  thresholds: [],
  nextChangeAt: null,
};

/** As the type says. A unit that is no feature is fed by no plan. */
export const planOf: PlanOf = async (scope, { customer, unit, now, lock }) => {
  const [plan] = await plansOf(scope, { asked: [{ customer, unit }], now, lock });
  return plan ?? nothing;
};

/** As `planOf`, of many balances at one moment: two statements for all of them. */
export const plansOf: PlansOf = async (scope, { asked, now, lock }) => {
  const features = new Map<string, number>();
  for (const { unit } of asked)
    if (!features.has(unit) && isCounted(scope, unit))
      features.set(unit, (await findFeatureId(scope, unit)) ?? 0);
  const counted = asked.filter(({ unit }) => features.has(unit));
  const customers = [...new Set(counted.map(({ customer }) => customer.id))].filter(
    (id) => id !== 0,
  );
  const input = { now, lock: lock ? ('share' as const) : undefined };
  const featureIds = [...features.values()];
  const live = await liveOfAll(scope, { ...input, customers, featureIds });
  const plans = [];
  for (const { customer, unit } of asked) {
    const kind = featureOf(scope, unit)?.kind;
    const rows = live.get(customer.id) ?? [];
    plans.push(
      kind === 'metered' || kind === 'gauge'
        ? await planFrom(scope, { customer, unit, kind, rows, now })
        : nothing,
    );
  }
  return plans;
};

function isCounted(scope: Scope, unit: string): boolean {
  const kind = featureOf(scope, unit)?.kind;
  return kind === 'metered' || kind === 'gauge';
}

async function planFrom(
  scope: Scope,
  input: {
    readonly customer: CustomerRow;
    readonly unit: string;
    readonly kind: 'metered' | 'gauge';
    readonly rows: readonly SubscriptionRow[];
    readonly now: Date;
  },
): Promise<BalancePlan> {
  const { customer, unit, kind, now } = input;
  const defaults = await defaultSources(scope, { customer, rows: input.rows, at: now });
  const sources = [...input.rows.flatMap((row) => sourceOf(row, now) ?? []), ...defaults.sources];
  const plan = balancePlanOf(sources, { feature: unit, kind, at: now });
  const matters = (row: SubscriptionRow) =>
    row.items.some((item) => item.feature === unit) || defaults.families.has(row.family ?? '');
  const turns = input.rows.filter(matters).flatMap((row) => turnsOf(row, now));
  return { ...plan, nextChangeAt: earliest([plan.nextChangeAt, defaults.nextVersionAt, ...turns]) };
}
