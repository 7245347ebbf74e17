/**
 * Features as they are sold: frozen with everything that later decides, so that a catalogue edit changes nothing
 * for those who have bought.
 */
import { type FeatureSpec, featureOf, type PlanItem, type PlanSpec } from '../catalog/index.ts';
import { document, integerOrNull, type Row, type Scope, text } from '../kernel/index.ts';
import { FeatureUnknownError } from './errors.ts';
import type { FeatureTerms } from './feature-terms.ts';
import { fault, readCount } from './input.ts';

export type ItemKind = 'boolean' | 'metered' | 'gauge' | 'config';

/** Everything about a sold feature beside its kind and quota. */
export type ItemOptions = {
  readonly limit?: 'hard' | 'soft' | undefined;
  /** How far a soft quota may be passed in a period. */
  readonly overageMax?: number | null | undefined;
  /** `period`, `never`, or an own ISO 8601 interval counted from the anchor. */
  readonly reset?: string | undefined;
  readonly rollover?:
    | { readonly max: number; readonly expires?: string | null | undefined }
    | null
    | undefined;
  /** Percent of the quota. */
  readonly thresholds?: readonly number[] | undefined;
  readonly priority?: number | undefined;
  readonly credits?: { readonly unit: string; readonly cost: number } | null | undefined;
  readonly window?: { readonly per: string; readonly max: number } | null | undefined;
  readonly overLimit?: 'block' | 'freeze' | undefined;
  /** Of a config feature. */
  readonly value?: unknown;
  /** The first window that counts under these terms, where it is not the first of all: nothing rolls over into it. */
  readonly first?: number | undefined;
  readonly merge?: 'greatest' | 'smallest' | 'newest' | undefined;
  /** Leads the quota references instead of the subscription's id: the default plan written down keeps its own. */
  readonly reference?: string | undefined;
  /** Used in period `number` before this subscription counted; below zero, what a reset has forgiven. */
  readonly usedBefore?: { readonly number: number; readonly used: number } | undefined;
};

/** One sold feature. `quota` null is unlimited for metered and gauge, and nothing for the other kinds. */
export type FrozenItem = {
  readonly feature: string;
  readonly kind: ItemKind;
  readonly quota: number | null;
  readonly options: ItemOptions;
  /** `hand`: given beside the plan, and staying when that changes. Of the plan unless said. */
  readonly addedBy?: 'plan' | 'hand' | undefined;
};

/** One row of `subscription_items` with its feature's key. */
export function readItem(row: Row): FrozenItem {
  return {
    feature: text(row.feature),
    kind: text(row.kind) as ItemKind,
    quota: integerOrNull(row.quota),
    options: document<ItemOptions>(row.options),
    ...(row.added_by === 'hand' && { addedBy: 'hand' }),
  };
}

/** What a version of a plan sells. A feature the catalogue has lost since is left out. */
export function itemsOfPlan(scope: Scope, plan: PlanSpec): FrozenItem[] {
  const keys = Object.keys(plan.features).sort();
  return keys.flatMap((key) => {
    const feature = featureOf(scope, key);
    const frozen = feature && freeze(feature, plan.features[key]);
    return frozen ? [frozen] : [];
  });
}

function freeze(feature: FeatureSpec, item: PlanItem): FrozenItem | null {
  const { key, kind } = feature;
  if (kind === 'boolean')
    return item === false ? null : { feature: key, kind, quota: null, options: {} };
  if (kind === 'config') return frozenValue(feature, item);
  const { quota, ...options } = item as { quota?: number | 'unlimited' } & ItemOptions;
  return { feature: key, kind, quota: quotaNumber(quota), options: withCredits(feature, options) };
}

/** Credits stand on the feature; a plan's item may say otherwise, also that there are none. */
function withCredits(feature: FeatureSpec, options: ItemOptions): ItemOptions {
  if (feature.kind !== 'metered') return options;
  return { ...options, credits: options.credits === undefined ? feature.credits : options.credits };
}

function quotaNumber(quota: number | 'unlimited' | null | undefined): number | null {
  return quota === 'unlimited' || quota === null ? null : (quota ?? 0);
}

/**
 * A feature given by code or as an object, frozen as the catalogue has it now.
 * @throws {FeatureUnknownError} The catalogue does not have it, and it is not said to be boolean.
 * @throws {ValidationError} The value is not one of this config feature.
 */
export async function itemOfTerms(scope: Scope, given: string | FeatureTerms): Promise<FrozenItem> {
  const { code, kind, value, quota, ...options }: FeatureTerms =
    typeof given === 'string' ? { code: given } : given;
  const feature = featureOf(scope, code);
  if (!feature && kind === 'boolean') return { feature: code, kind, quota: null, options: {} };
  if (!feature) throw new FeatureUnknownError(code);
  if (feature.kind === 'boolean')
    return { feature: code, kind: 'boolean', quota: null, options: {} };
  if (feature.kind === 'config') return frozenValue(feature, await checkValue(feature, value));
  return {
    feature: code,
    kind: feature.kind,
    quota: readQuota(quota ?? 0, `/features/${code}/quota`),
    options: withCredits(feature, options),
  };
}

async function checkValue({ key, schema }: FeatureSpec, value: unknown): Promise<unknown> {
  const checked = (await schema?.['~standard'].validate(value)) as
    | { issues?: unknown; value?: unknown }
    | undefined;
  if (!checked?.issues) return checked ? checked.value : value;
  throw fault(`/features/${key}/value`, 'is not a value of this feature');
}

function frozenValue({ key, merge }: FeatureSpec, value: unknown): FrozenItem {
  return { feature: key, kind: 'config', quota: null, options: { value, merge } };
}

/** A quota as hosts give it; below 0 counts as 0. @throws {ValidationError} No whole number, nor `unlimited`. */
export function readQuota(value: unknown, pointer: string): number | null {
  if (value === 'unlimited') return null;
  return readCount(value, pointer);
}

/**
 * Puts quotas given per feature over those of the plan. Features without a quota ignore it.
 * @throws {ValidationError} A feature is named that is not sold.
 */
export function withQuotas(
  items: readonly FrozenItem[],
  quotas: Readonly<Record<string, number | 'unlimited'>>,
): FrozenItem[] {
  for (const feature of Object.keys(quotas)) {
    if (!items.some((item) => item.feature === feature))
      throw fault(`/quota/${feature}`, 'is not sold here');
  }
  return items.map((item) => {
    const quota = quotas[item.feature];
    if (quota === undefined || item.kind === 'boolean' || item.kind === 'config') return item;
    return { ...item, quota: readQuota(quota, `/quota/${item.feature}`) };
  });
}
