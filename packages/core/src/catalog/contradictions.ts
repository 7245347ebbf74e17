/** What one part of a catalogue says of another that is not so: keys that name nothing, values no schema takes. */
import type { Fault } from '../kernel/index.ts';
import { type Definition, gaugeItem, meteredItem } from './definition-schema.ts';

/** Every contradiction, with a pointer to where it stands. */
export function findContradictions(catalog: Definition): Fault[] {
  return [
    ...unitFaults(catalog),
    ...featureFaults(catalog),
    ...planFaults(catalog),
    ...defaultFaults(catalog),
    ...offerFaults(catalog),
  ];
}

function unitFaults({ units, features }: Definition): Fault[] {
  return Object.entries(units).flatMap(([key, { floor, max }]) => [
    ...(key in features
      ? [
          {
            pointer: `/units/${key}`,
            detail: 'is a feature too: a metered feature is its own unit',
          },
        ]
      : []),
    ...(typeof floor === 'number' && typeof max === 'number' && floor > max
      ? [{ pointer: `/units/${key}/max`, detail: `must not be below the floor of ${floor}` }]
      : []),
  ]);
}

function featureFaults(catalog: Definition): Fault[] {
  return Object.entries(catalog.features).flatMap(([key, feature]) =>
    feature.kind === 'metered' && feature.credits
      ? creditFaults(catalog, {
          feature: key,
          unit: feature.credits.unit,
          pointer: `/features/${key}/credits/unit`,
        })
      : [],
  );
}

function creditFaults(
  catalog: Definition,
  { feature, unit, pointer }: { feature: string; unit: string; pointer: string },
): Fault[] {
  if (unit === feature)
    return [{ pointer, detail: 'must be another unit than the feature itself' }];
  return isUnit(catalog, unit) ? [] : [{ pointer, detail: `names no unit: ${unit}` }];
}

function isUnit({ units, features }: Definition, key: string): boolean {
  return key in units || features[key]?.kind === 'metered';
}

function planFaults(catalog: Definition): Fault[] {
  return Object.entries(catalog.plans).flatMap(([key, plan]) => {
    const at = `/plans/${key}`;
    const charges = plan.billing === 'order' || plan.billing === 'gateway';
    const hasQuota = Object.keys(plan.features ?? {}).some(
      (one) => catalog.features[one]?.kind === 'metered',
    );
    return [
      ...Object.entries(plan.features ?? {}).flatMap(([feature, item]) =>
        itemFaults(catalog, { feature, item, at }),
      ),
      ...priceFaults(catalog, plan.price, `${at}/price`),
      ...(plan.fallback !== undefined && !(plan.fallback in catalog.plans)
        ? [{ pointer: `${at}/fallback`, detail: `names no plan: ${plan.fallback}` }]
        : []),
      ...(plan.pastDue !== undefined && !/^P(?=\d|T\d)/.test(plan.pastDue)
        ? [{ pointer: `${at}/pastDue`, detail: 'must be an ISO 8601 duration, such as P3D' }]
        : []),
      ...(charges && /^P(?:T)?0+[YMWDHS]$/.test(plan.pastDue ?? '')
        ? [{ pointer: `${at}/pastDue`, detail: 'must be above zero where the plan is paid for' }]
        : []),
      ...(plan.selfService && plan.period === 'infinite' && hasQuota
        ? [
            {
              pointer: `${at}/period`,
              detail: 'must be an interval: a self-service plan with a quota needs a period',
            },
          ]
        : []),
    ];
  });
}

function itemFaults(
  catalog: Definition,
  { feature, item, at }: { feature: string; item: unknown; at: string },
): Fault[] {
  const definition = catalog.features[feature];
  const pointer = `${at}/features/${feature}`;
  if (!definition) return [{ pointer, detail: 'is not among the features' }];
  if (definition.kind === 'boolean') {
    return typeof item === 'boolean'
      ? []
      : [{ pointer, detail: 'must be true or false: the feature is boolean' }];
  }
  if (definition.kind === 'config') return valueFaults(definition.schema, { item, pointer });
  const read = (definition.kind === 'metered' ? meteredItem : gaugeItem).safeParse(item);
  if (!read.success) {
    return read.error.issues.map((issue) => ({
      pointer: [pointer, ...issue.path.map(String)].join('/'),
      detail: issue.message,
    }));
  }
  const credits = 'credits' in read.data ? read.data.credits : null;
  return credits
    ? creditFaults(catalog, { feature, unit: credits.unit, pointer: `${pointer}/credits/unit` })
    : [];
}

type Validate = (value: unknown) => { issues?: readonly { message: string }[] } | Promise<unknown>;

function valueFaults(
  schema: { '~standard': unknown },
  { item, pointer }: { item: unknown; pointer: string },
): Fault[] {
  const { validate } = schema['~standard'] as { validate: Validate };
  const result = validate(item);
  if (result instanceof Promise)
    return [{ pointer, detail: 'needs a schema that checks without waiting' }];
  return (result.issues ?? []).map((issue) => ({ pointer, detail: issue.message }));
}

function priceFaults(
  catalog: Definition,
  price: Record<string, number> | undefined,
  at: string,
): Fault[] {
  return Object.keys(price ?? {})
    .filter((unit) => !(unit in catalog.units))
    .map((unit) => ({ pointer: `${at}/${unit}`, detail: 'is not among the units' }));
}

/** At most one default plan per family. */
function defaultFaults({ plans }: Definition): Fault[] {
  const seen = new Map<string, string>();
  return Object.entries(plans).flatMap(([key, plan]) => {
    const family = plan.family === undefined ? 'main' : plan.family;
    if (!plan.default || family === null) return [];
    const other = seen.get(family);
    seen.set(family, key);
    return other === undefined
      ? []
      : [
          {
            pointer: `/plans/${key}/default`,
            detail: `the family ${family} has a default already: ${other}`,
          },
        ];
  });
}

function offerFaults(catalog: Definition): Fault[] {
  return Object.entries(catalog.offers).flatMap(([key, offer]) => [
    ...priceFaults(catalog, offer.price, `/offers/${key}/price`),
    ...(offer.plan !== undefined && !(offer.plan in catalog.plans)
      ? [{ pointer: `/offers/${key}/plan`, detail: `names no plan: ${offer.plan}` }]
      : []),
    ...Object.keys(offer.grants ?? {})
      .filter((unit) => !isUnit(catalog, unit))
      .map((unit) => ({ pointer: `/offers/${key}/grants/${unit}`, detail: 'names no unit' })),
  ]);
}
