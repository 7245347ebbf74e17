/**
 * What a host asks for when it sells a subscription, every field read and checked before anything is looked up.
 *
 * Keys that nobody reads are refused: a typo would be a silent default.
 */
import { type FeatureTerms, readFeatures } from './feature-terms.ts';
import {
  fault,
  type Instant,
  readCount,
  readDuration,
  readInstant,
  readText,
  refuseUnreadable,
} from './input.ts';

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
  /** What a gateway that charges it by itself calls it: by that its invoices are known. */
  external?: { readonly gateway: string; readonly id: string } | undefined;
  /** Of the plan's prices; the first of them unless said. */
  currency?: string | undefined;
  /** Where it comes from: `host` unless said, `import` for one that is brought in. */
  source?: string | undefined;
  /** The host's own id for it. */
  id?: string | undefined;
  /** What the host knows the person by (a card, a device), for `subscriptions.oneTrial`; kept as hashes. At most 20. */
  fingerprints?: readonly string[] | undefined;
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
  'currency',
  'source',
  'id',
  'fingerprints',
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
  readonly currency: string | null;
  readonly source: string;
  readonly id: string | null;
  readonly fingerprints: readonly string[];
  readonly selfService: boolean;
};

/** @throws {ValidationError} Names each field that cannot be read. */
export function readAsked(input: NewSubscription): Asked {
  refuseUnreadable(input, known);
  readText(input.customer, '/customer');
  if (input.kind !== undefined) readText(input.kind, '/kind', 64);
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
        : {
            gateway: readText(external.gateway, '/external/gateway'),
            id: readText(external.id, '/external/id'),
          },
    currency: input.currency === undefined ? null : readText(input.currency, '/currency', 64),
    source: input.source === undefined ? 'host' : readText(input.source, '/source', 64),
    id: id === undefined ? null : readText(id, '/id'),
    fingerprints: readFingerprints(input.fingerprints ?? []),
    selfService: input.selfService === true,
  };
}

function readPeriod({ infinite, period }: NewSubscription): string | null | undefined {
  if (infinite === true || period === 'infinite') return null;
  return period === undefined ? undefined : readDuration(period, '/period');
}

function readTrial(trial: Instant | undefined): Asked['trial'] {
  if (trial === undefined) return 'as planned';
  if (trial === 'skip') return trial;
  if (typeof trial === 'string' && trial.startsWith('P'))
    return { lasts: readDuration(trial, '/trial') };
  return { until: readInstant(trial, '/trial') };
}

function readFingerprints(given: readonly string[]): readonly string[] {
  if (!Array.isArray(given) || given.length > 20)
    throw fault('/fingerprints', 'must be a list of at most 20 texts');
  return [...new Set(given.map((one, index) => readText(one, `/fingerprints/${index}`)))];
}
