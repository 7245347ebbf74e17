/** Filling in what a definition leaves out. The defaults stand here and nowhere else. */

import type { StandardSchema } from './definition.ts';
import type { Definition } from './definition-schema.ts';
import { cycleText } from './offer-schema.ts';
import type { CatalogSpec, FeatureSpec, OfferSpec, PlanSpec, UnitSpec } from './spec.ts';

/** The family of plans that name none. */
export const COMMON_FAMILY = 'main';
/** How long an unpaid period still counts, where a plan is paid for and says nothing. */
const PAST_DUE = 'P3D';

/** A checked definition with every default in its place. */
export function normalise(definition: Definition): CatalogSpec {
  return {
    units: { ...mapValues(definition.units, unitSpec), ...featureUnits(definition) },
    features: mapValues(definition.features, featureSpec),
    plans: mapValues(definition.plans, planSpec),
    offers: mapValues(definition.offers, (key, offer) => offerSpec(key, offer, definition.plans)),
  };
}

function mapValues<A, B>(
  record: Readonly<Record<string, A>>,
  make: (key: string, value: A) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, make(key, value)]));
}

function unitSpec(key: string, unit: Definition['units'][string]): UnitSpec {
  return {
    key,
    kind: /^[A-Z]{3}$/.test(key) ? 'currency' : 'credit',
    scale: unit.scale ?? 0,
    floor: unit.floor === undefined ? 0 : unit.floor,
    ceiling: unit.max ?? null,
  };
}

function featureUnits({ features }: Definition): Record<string, UnitSpec> {
  const counted = Object.entries(features).flatMap(([key, { kind }]) =>
    kind === 'metered' || kind === 'gauge'
      ? [[key, { key, kind, scale: 0, floor: 0, ceiling: null }] as const]
      : [],
  );
  return Object.fromEntries(counted);
}

function featureSpec(key: string, feature: Definition['features'][string]): FeatureSpec {
  return {
    key,
    kind: feature.kind,
    title: feature.title ?? null,
    credits: (feature.kind === 'metered' && feature.credits) || null,
    merge: (feature.kind === 'config' && feature.merge) || 'newest',
    schema: feature.kind === 'config' ? (feature.schema as StandardSchema) : null,
  };
}

function planSpec(key: string, plan: Definition['plans'][string]): PlanSpec {
  const billing = plan.billing ?? 'none';
  return {
    key,
    period: plan.period === 'infinite' ? null : (plan.period ?? 'P1Y'),
    trial: plan.trial ?? null,
    pastDue: plan.pastDue ?? (billing === 'none' ? null : PAST_DUE),
    billing,
    price: plan.price ?? {},
    selfService: plan.selfService ?? false,
    default: plan.default ?? false,
    family: plan.family === undefined ? COMMON_FAMILY : plan.family,
    fallback: plan.fallback ?? null,
    features: plan.features ?? {},
  };
}

function offerSpec(
  key: string,
  offer: Definition['offers'][string],
  plans: Definition['plans'],
): OfferSpec {
  const { price, plan, limit, override, items = [] } = offer;
  const planned = plan === undefined ? undefined : plans[plan]?.price;
  return {
    ...{ key, title: offer.title ?? null, group: offer.group ?? null, kind: offer.kind ?? null },
    ...{ price: price ?? planned ?? {}, plan: plan ?? null, grants: offer.grants ?? {} },
    cycle: cycleText(offer.cycle ?? 'once'),
    tags: unique(offer.tags),
    limit: limit ? { quantity: limit.quantity, per: limit.per ?? 'customer' } : null,
    unlockedBy: unique(offer.unlockedBy),
    override: override ? { key: override.key, weight: override.weight ?? 0 } : null,
    ...{ popular: offer.popular ?? null, append: offer.append ?? false },
    ...{ notBeforeStart: offer.notBeforeStart ?? false, archived: offer.archived ?? false },
    items: items.map(({ offer, quantity, cycle }) => ({
      ...{ offer, quantity: quantity ?? 1 },
      ...(cycle !== undefined && { cycle: cycleText(cycle) }),
    })),
  };
}

function unique(values: readonly string[] = []): readonly string[] {
  return [...new Set(values)];
}
