/**
 * The plan of a balance: which quotas feed it now, how high a gauge may go, and when that changes by time alone.
 *
 * Handed to the ledger in `bursar.ts`. Two statements once ids are known, pure over what they read; writes nothing.
 */
import { featureOf, findFeatureId } from '../catalog/index.ts';
import type { BalancePlan, PlanOf } from '../ledger/index.ts';
import { defaultSources } from './defaults.ts';
import { turnsOf } from './plan-change.ts';
import { liveSubscriptions } from './queries.ts';
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
  const kind = featureOf(scope, unit)?.kind;
  if (kind !== 'metered' && kind !== 'gauge') return nothing;
  const featureId = (await findFeatureId(scope, unit)) ?? 0;
  const input = {
    customerId: customer.id,
    now,
    featureId,
    lock: lock ? ('share' as const) : undefined,
  };
  const rows = customer.id === 0 ? [] : await liveSubscriptions(scope, input);
  const defaults = await defaultSources(scope, { customer, rows, at: now });
  const sources = [...rows.flatMap((row) => sourceOf(row, now) ?? []), ...defaults.sources];
  const plan = balancePlanOf(sources, { feature: unit, kind, at: now });
  const matters = (row: SubscriptionRow) =>
    row.items.length > 0 || defaults.families.has(row.family ?? '');
  const turns = rows.filter(matters).flatMap((row) => turnsOf(row, now));
  return { ...plan, nextChangeAt: earliest([plan.nextChangeAt, defaults.nextVersionAt, ...turns]) };
};
