/** What is on sale, for a pricing page. */
import { type Money, moneyOf, type PlanSpec } from '../../catalog/index.ts';
import type { Scope } from '../../kernel/index.ts';
import { itemsOfPlan } from '../items.ts';
import { featureOfItem, type SubscriptionFeature } from '../subscription.ts';

/** A plan as anyone may see it. */
export type PublishedPlan = {
  readonly key: string;
  /** ISO 8601; `null` is infinite. */
  readonly period: string | null;
  readonly trial: string | null;
  /** Of a period, per currency; empty is free. */
  readonly price: readonly Money[];
  /** Customers can start it themselves. */
  readonly selfService: boolean;
  /** What a customer without a subscription of the family has. */
  readonly default: boolean;
  readonly family: string | null;
  readonly features: readonly SubscriptionFeature[];
};

/** The plans of the catalogue, as it declares them. Reads no rows. */
export async function listPlans(
  scope: Scope,
  { selfService }: { selfService?: boolean | undefined } = {},
): Promise<readonly PublishedPlan[]> {
  return Object.values(scope.ports.catalog.plans)
    .filter((plan) => selfService === undefined || plan.selfService === selfService)
    .map((plan) => publish(scope, plan));
}

function publish(scope: Scope, plan: PlanSpec): PublishedPlan {
  const price = Object.entries(plan.price).map(([unit, amount]) => moneyOf(scope, unit, amount));
  const { key, period, trial, selfService, family } = plan;
  const features = itemsOfPlan(scope, plan).map(featureOfItem);
  return { key, period, trial, price, selfService, default: plan.default, family, features };
}
