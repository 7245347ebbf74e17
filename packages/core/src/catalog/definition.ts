/**
 * What a host writes in `defineCatalog`, as types: features, plans, units and offers, whose keys and kinds become
 * the types of every guard and verb. Only the keys travel on, so an error message lists keys, never the catalogue.
 */

/** What zod and its like share: enough to know what a config feature's value is. */
export interface StandardSchema<I = unknown, O = I> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => unknown;
    readonly types?: { readonly input: I; readonly output: O } | undefined;
  };
}
// biome-ignore lint/suspicious/noExplicitAny: a schema's input type takes no part here
export type SchemaOutput<S> = S extends StandardSchema<any, infer O> ? O : unknown;

/** ISO 8601: `P1M`, `P14D`, `PT5M`. */
export type Duration = `P${string}`;

export type UnitDefinition = {
  /** Decimals that are kept, 0 to 9; 0 unless said. */
  readonly scale?: number | undefined;
  /** Least that may be available; 0 unless said, `null` for none. */
  readonly floor?: number | null | undefined;
  /** Most that a credit may lift a balance to; none unless said. */
  readonly max?: number | null | undefined;
};
export type Credits<U extends string = string> = {
  /** What pays once the quota is used up. */
  readonly unit: U;
  /** Units of it per use, a whole number from 1. */
  readonly cost: number;
};
export interface BooleanFeature {
  readonly kind: 'boolean';
  readonly title?: string | undefined;
}
export interface MeteredFeature {
  readonly kind: 'metered';
  readonly title?: string | undefined;
  readonly credits?: Credits | undefined;
}
export interface GaugeFeature {
  readonly kind: 'gauge';
  readonly title?: string | undefined;
}
export interface ConfigFeature {
  readonly kind: 'config';
  readonly title?: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: any schema will do
  readonly schema: StandardSchema<any, any>;
  readonly merge?: 'greatest' | 'smallest' | 'newest' | undefined;
}
export type FeatureDefinition = BooleanFeature | MeteredFeature | GaugeFeature | ConfigFeature;
interface ByKind {
  boolean: BooleanFeature;
  metered: MeteredFeature;
  gauge: GaugeFeature;
  config: ConfigFeature;
}
/** Options that a kind does not have become `never`, so a typo is an error where it stands. */
export type CheckedFeatures<F> = {
  [K in keyof F]: F[K] extends { kind: infer Kind extends keyof ByKind }
    ? { [O in keyof F[K]]: O extends keyof ByKind[Kind] ? F[K][O] : never }
    : FeatureDefinition;
};

/** A metered feature on a plan. */
export type MeteredItem<U extends string = string> = {
  /** Per period, or as `reset` says. */
  readonly quota: number | 'unlimited';
  /** `soft` lets use go on and records it as overage. */
  readonly limit?: 'hard' | 'soft' | undefined;
  readonly overageMax?: number | undefined;
  readonly reset?: 'period' | 'never' | Duration | undefined;
  readonly rollover?: { readonly max: number; readonly expires?: Duration | undefined } | undefined;
  /** Percent of the quota at which `quota.threshold` is announced. */
  readonly thresholds?: readonly number[] | undefined;
  /** Smaller is spent earlier; 0 unless said. */
  readonly priority?: number | undefined;
  readonly credits?: Credits<U> | null | undefined;
  /** At most `max` in each part of this length, counted from the subscription's start: 10 a day inside 300 a month. */
  readonly window?: { readonly per: Duration; readonly max: number } | undefined;
};
export type GaugeItem = {
  readonly quota: number | 'unlimited';
  readonly overLimit?: 'block' | 'freeze' | undefined;
};
export type PlanItemOf<D, U extends string = string> = D extends { kind: 'boolean' }
  ? boolean
  : D extends { kind: 'metered' }
    ? MeteredItem<U>
    : D extends { kind: 'gauge' }
      ? GaugeItem
      : D extends { kind: 'config'; schema: infer S }
        ? SchemaOutput<S>
        : never;

export interface PlanDefinition<U, F, P extends string = string> {
  /** P1Y unless said. */
  readonly period?: Duration | 'infinite' | undefined;
  readonly trial?: Duration | undefined;
  /** How long an unpaid period still counts; P3D where `billing` charges, none else. */
  readonly pastDue?: Duration | undefined;
  /** Who charges its periods: nobody unless said, an order for each, or a gateway that tells by its invoices. */
  readonly billing?: 'none' | 'order' | 'gateway' | undefined;
  readonly price?: { readonly [K in keyof U]?: number | undefined } | undefined;
  /** Customers may start and cancel it themselves, over HTTP. */
  readonly selfService?: boolean | undefined;
  /** What a customer without a live subscription of its family has, without a row. */
  readonly default?: boolean | undefined;
  /** One live subscription per customer and family; `null` stacks; one common family unless said. */
  readonly family?: string | null | undefined;
  readonly fallback?: P | undefined;
  readonly features?: { readonly [K in keyof F]?: PlanItemOf<F[K], UnitKeyOf<U, F>> } | undefined;
}
/** The features of one kind. */
export type KeysOfKind<F, Kind> = {
  [K in keyof F]: F[K] extends { kind: Kind } ? K : never;
}[keyof F] &
  string;
type UnitKeyOf<U, F> = (keyof U & string) | KeysOfKind<F, 'metered'>;

/** The keys of a catalogue, flat: all that the rest of the API needs to know of it. */
export interface Keys {
  feature: string;
  metered: string;
  gauge: string;
  config: object;
  unit: string;
  plan: string;
  offer: string;
}
/** Nothing registered: every key is a plain string. */
export interface AnyKeys {
  feature: string;
  metered: string;
  gauge: string;
  config: { [key: string]: unknown };
  unit: string;
  plan: string;
  offer: string;
}
/** A key made at run time: the only string that is not checked against the literals. */
export type RuntimeKey = string & { readonly '~bursar': 'key' };

// Written out, not through an alias: so an error message lists the keys and not the catalogue.
export type KeysOf<U, F, P extends string, O extends string> = {
  feature: (keyof F & string) | RuntimeKey;
  metered:
    | ({ [X in keyof F]: F[X] extends { kind: 'metered' } ? X : never }[keyof F] & string)
    | RuntimeKey;
  gauge:
    | ({ [X in keyof F]: F[X] extends { kind: 'gauge' } ? X : never }[keyof F] & string)
    | RuntimeKey;
  config: {
    [K in KeysOfKind<F, 'config'>]: F[K] extends { schema: infer S } ? SchemaOutput<S> : never;
  };
  unit:
    | (keyof U & string)
    | ({ [X in keyof F]: F[X] extends { kind: 'metered' | 'gauge' } ? X : never }[keyof F] & string)
    | RuntimeKey;
  plan: P | RuntimeKey;
  offer: O | RuntimeKey;
};
