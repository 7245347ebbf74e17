/**
 * From what a host asks for to what is stored: moments, items and where its quota references lead.
 *
 * Reading the input is apart from resolving it, so that a bad field is refused before anything is looked up.
 */
import type { PlanSpec } from '../catalog/index.ts';
import type { CustomerRow } from '../customers/index.ts';
import { addDuration, type Scope } from '../kernel/index.ts';
import { defaultReference } from './defaults.ts';
import { fault, type Instant, readCount, readDuration, readInstant, readText, refuseUnknownKeys } from './input.ts';
import { type FeatureTerms, type FrozenItem, itemOfTerms, itemsOfPlan, withQuotas } from './items.ts';
import { intervalOf, windowAt } from './periods.ts';
import type { SubscriptionMoments } from './state.ts';

/** What a host asks for; a plan, or features, or both, or neither. */
export type NewSubscription = {
  /** The host's id. Made if nobody has named it yet. */
  customer: string;
  /** Of a customer that is made here. */
  kind?: string | undefined;
  plan?: string | undefined;
  /** The newest unless said. */
  version?: number | undefined;
  /** By code, or with their own terms; over those of the plan. */
  features?: readonly (string | FeatureTerms)[] | undefined;
  /** Now unless said; past or future. */
  startsAt?: Instant | undefined;
  /** At or before the start: it never runs. */
  endsAt?: Instant | undefined;
  /** ISO 8601 or `infinite`; the plan's, else P1Y. */
  period?: string | undefined;
  infinite?: boolean | undefined;
  /** A duration from the start, an instant, or `skip`; the plan's unless said. */
  trial?: Instant | undefined;
  /** Quotas by feature, over those of plan and features. */
  quota?: Readonly<Record<string, number | 'unlimited'>> | undefined;
  /** Units used already in the period that contains now, by feature: for what is brought in from elsewhere. */
  used?: Readonly<Record<string, number>> | undefined;
  external?: { readonly gateway: string; readonly id: string } | undefined;
  /** Where it comes from: `host` unless said, `import` for one that is brought in. */
  source?: string | undefined;
  /** The host's own id for it. */
  id?: string | undefined;
  /** True: refused unless the plan is marked `selfService`. What the customers' own route sends. */
  selfService?: boolean | undefined;
  idempotencyKey?: string | undefined;
};

const known = [
  'customer',
  'kind',
  'plan',
  'version',
  'features',
  'startsAt',
  'endsAt',
  'period',
  'infinite',
  'trial',
  'quota',
  'used',
  'external',
  'source',
  'id',
  'selfService',
  'idempotencyKey',
];

/** `NewSubscription` with every value checked, and instants as `Date`. */
export type Asked = {
  readonly plan: string | null;
  readonly version: number | null;
  readonly features: readonly (string | FeatureTerms)[];
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
  /** `undefined`: as the plan says. */
  readonly period: string | null | undefined;
  readonly trial: { readonly lasts: string } | { readonly until: Date } | 'skip' | 'as planned';
  readonly quota: Readonly<Record<string, number | 'unlimited'>>;
  readonly used: Readonly<Record<string, number>>;
  readonly external: { readonly gateway: string; readonly id: string } | null;
  readonly source: string;
  readonly id: string | null;
  readonly selfService: boolean;
};

/** @throws {ValidationError} Names each field that cannot be read. */
export function readAsked(input: NewSubscription): Asked {
  refuseUnknownKeys(input, known);
  readText(input.customer, '/customer');
  const { plan, version, external, id } = input;
  return {
    plan: plan === undefined ? null : readText(plan, '/plan'),
    version: version === undefined ? null : readCount(version, '/version'),
    features: readFeatures(input.features ?? []),
    startsAt: input.startsAt === undefined ? null : readInstant(input.startsAt, '/startsAt'),
    endsAt: input.endsAt === undefined ? null : readInstant(input.endsAt, '/endsAt'),
    period: readPeriod(input),
    trial: readTrial(input.trial),
    quota: input.quota ?? {},
    used: input.used ?? {},
    external:
      external === undefined
        ? null
        : { gateway: readText(external.gateway, '/external/gateway'), id: readText(external.id, '/external/id') },
    source: input.source === undefined ? 'host' : readText(input.source, '/source', 64),
    id: id === undefined ? null : readText(id, '/id'),
    selfService: input.selfService === true,
  };
}

function readFeatures(features: readonly (string | FeatureTerms)[]): readonly (string | FeatureTerms)[] {
  if (!Array.isArray(features)) throw fault('/features', 'must be a list');
  const codes = features.map((one, index) =>
    readText(typeof one === 'string' ? one : one?.code, `/features/${index}`, 64),
  );
  const twice = codes.find((code, index) => codes.indexOf(code) !== index);
  if (twice !== undefined) throw fault(`/features/${codes.lastIndexOf(twice)}`, `names ${twice} a second time`);
  return features;
}

function readPeriod({ infinite, period }: NewSubscription): string | null | undefined {
  if (infinite === true || period === 'infinite') return null;
  return period === undefined ? undefined : readDuration(period, '/period');
}

function readTrial(trial: Instant | undefined): Asked['trial'] {
  if (trial === undefined) return 'as planned';
  if (trial === 'skip') return trial;
  if (typeof trial === 'string' && trial.startsWith('P')) return { lasts: readDuration(trial, '/trial') };
  return { until: readInstant(trial, '/trial') };
}

/** What will be stored. */
export type Terms = Omit<SubscriptionMoments, 'pausedAt' | 'resumesAt' | 'unpaidSince'> & {
  readonly billing: 'none' | 'order' | 'gateway';
  readonly items: readonly FrozenItem[];
};

/** The interval of a subscription that no plan and nobody gave one. */
const usualPeriod = 'P1Y';

/**
 * Resolves what was asked for a customer and a plan.
 * @throws {FeatureUnknownError} A feature is not in the catalogue.
 * @throws {ValidationError} A quota is for a feature that is not sold here.
 */
export function termsOf(
  scope: Scope,
  { asked, customer, plan }: { asked: Asked; customer: CustomerRow; plan: PlanSpec | null },
): Terms {
  const { timeZone } = customer;
  const startsAt = asked.startsAt ?? scope.now;
  const reference = plan && writesDefaultDown(asked, plan) ? defaultReference(customer.id, plan) : undefined;
  const moments = {
    timeZone,
    startsAt,
    anchor: reference === undefined ? startsAt : customer.createdAt,
    endsAt: asked.endsAt,
    period: asked.period === undefined ? (plan ? plan.period : usualPeriod) : asked.period,
    trialEndsAt: trialEnd(asked, { startsAt, timeZone, plan }),
    pastDue: plan?.pastDue ?? null,
    billing: plan?.billing ?? ('none' as const),
  };
  const sold = withQuotas(itemsAsked(scope, asked, plan), asked.quota);
  const items = sold.map((item) => withReference(item, reference));
  return { ...moments, items: withUse(items, { asked, moments, now: scope.now }) };
}

/**
 * A subscription to the default plan as it is, from now, is what the customer has already: it keeps the anchor
 * and the quota references, so what was used stays used.
 */
function writesDefaultDown(asked: Asked, plan: PlanSpec): boolean {
  return plan.default && asked.startsAt === null && asked.period === undefined;
}

function withReference(item: FrozenItem, reference: string | undefined): FrozenItem {
  if (reference === undefined || item.kind !== 'metered') return item;
  return { ...item, options: { ...item.options, reference } };
}

function itemsAsked(scope: Scope, asked: Asked, plan: PlanSpec | null): FrozenItem[] {
  const own = asked.features.map((feature) => itemOfTerms(scope, feature));
  const planned = plan ? itemsOfPlan(scope, plan) : [];
  return [...planned.filter((item) => !own.some((one) => one.feature === item.feature)), ...own];
}

function trialEnd(
  { trial }: Asked,
  { startsAt, timeZone, plan }: { startsAt: Date; timeZone: string; plan: PlanSpec | null },
): Date | null {
  if (trial === 'skip') return null;
  if (trial !== 'as planned' && 'until' in trial) return trial.until;
  const lasts = trial === 'as planned' ? (plan?.trial ?? null) : trial.lasts;
  return lasts === null ? null : addDuration(startsAt, lasts, 1, timeZone);
}

function withUse(
  items: readonly FrozenItem[],
  { asked, moments, now }: { asked: Asked; moments: Pick<SubscriptionMoments, 'anchor' | 'timeZone' | 'period'>; now: Date },
): FrozenItem[] {
  for (const feature of Object.keys(asked.used)) {
    const metered = items.some((item) => item.feature === feature && item.kind === 'metered');
    if (!metered) throw fault(`/used/${feature}`, 'is no metered feature sold here');
  }
  return items.map((item) => {
    const used = asked.used[item.feature];
    if (used === undefined) return item;
    const interval = intervalOf(item.options.reset, moments.period);
    const number = windowAt(moments, interval, now)?.number ?? 1;
    return { ...item, options: { ...item.options, usedBefore: { number, used: readCount(used, `/used/${item.feature}`) } } };
  });
}
