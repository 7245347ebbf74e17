/** What a plan says of features, units and other plans that is not so, or that cannot be kept. */
import { isDeepStrictEqual } from 'node:util';
import { type Fault, isZero, parseDuration, unstorableIn } from '../kernel/index.ts';
import { type Definition, gaugeItem, meteredItem } from './definition-schema.ts';
import { faultsOf } from './issue-faults.ts';
import { namesOf } from './names.ts';
import type { ReadDefinition } from './read-definition.ts';

/** The faults of all plans. */
export function planFaults(read: ReadDefinition): Fault[] {
  const { priceFaults, hasPlan } = namesOf(read);
  return Object.entries(read.definition.plans).flatMap(([key, plan]) => {
    const at = `/plans/${key}`;
    return [
      ...Object.entries(plan.features ?? {}).flatMap(([feature, item]) =>
        itemFaults(read, { feature, item, pointer: `${at}/features/${feature}` }),
      ),
      ...priceFaults(plan.price, at),
      ...(plan.fallback === undefined || hasPlan(plan.fallback)
        ? []
        : [{ pointer: `${at}/fallback`, detail: `names no plan: ${plan.fallback}` }]),
      ...(isCharged(plan) && plan.pastDue !== undefined && isZero(parseDuration(plan.pastDue))
        ? [{ pointer: `${at}/pastDue`, detail: 'must be above zero where the plan is paid for' }]
        : []),
      ...(plan.selfService && plan.period === 'infinite' && hasQuota(read, plan)
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

type Plan = Definition['plans'][string];

function isCharged({ billing }: Plan): boolean {
  return billing === 'order' || billing === 'gateway';
}

function hasQuota(read: ReadDefinition, { features }: Plan): boolean {
  const { featureNamed } = namesOf(read);
  return Object.keys(features ?? {}).some((key) => featureNamed(key)?.kind === 'metered');
}

function itemFaults(
  read: ReadDefinition,
  { feature, item, pointer }: { feature: string; item: unknown; pointer: string },
): Fault[] {
  const { featureNamed, isKnownFeature, creditFaults } = namesOf(read);
  const definition = featureNamed(feature);
  if (!definition)
    return isKnownFeature(feature) ? [] : [{ pointer, detail: 'is not among the features' }];
  if (definition.kind === 'boolean')
    return typeof item === 'boolean'
      ? []
      : [{ pointer, detail: 'must be true or false: the feature is boolean' }];
  if (definition.kind === 'config') return valueFaults(definition.schema, { item, pointer });
  const found = (definition.kind === 'metered' ? meteredItem : gaugeItem).safeParse(item);
  if (!found.success) return faultsOf(found.error.issues, pointer);
  const credits = 'credits' in found.data ? found.data.credits : null;
  return credits ? creditFaults(feature, credits, pointer) : [];
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
  if (result.issues?.length)
    return result.issues.map(({ message }) => ({ pointer, detail: message }));
  return survivesJson(item)
    ? unstorableIn(item, pointer)
    : [{ pointer, detail: 'must be the same after a trip through JSON: plans are stored' }];
}

function survivesJson(value: unknown): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(JSON.stringify(value)), value);
  } catch {
    return false;
  }
}
