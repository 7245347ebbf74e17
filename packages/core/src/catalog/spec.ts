/**
 * The catalogue as the kit uses it: every default filled in, every key in its place, all of it JSON but the schemas.
 */
import type { Credits, Keys, StandardSchema } from './definition.ts';

export type UnitSpec = {
  readonly key: string;
  readonly kind: 'currency' | 'credit' | 'metered' | 'gauge';
  /** Decimals that are kept. */
  readonly scale: number;
  /** Least that may be available; `null` for none. */
  readonly floor: number | null;
  /** Most that a credit may lift a balance to; `null` for none. */
  readonly ceiling: number | null;
};

export type FeatureSpec = {
  readonly key: string;
  readonly kind: 'boolean' | 'metered' | 'gauge' | 'config';
  readonly title: string | null;
  readonly credits: Credits | null;
  readonly merge: 'greatest' | 'smallest' | 'newest';
  readonly schema: StandardSchema | null;
};

/** As it stands in the definition: true, a metered or gauge item, or a config feature's value. */
export type PlanItem = unknown;

export type PlanSpec = {
  readonly key: string;
  /** ISO 8601; `null` is infinite. */
  readonly period: string | null;
  readonly trial: string | null;
  readonly pastDue: string | null;
  readonly billing: 'none' | 'order' | 'gateway';
  readonly price: Readonly<Record<string, number>>;
  readonly selfService: boolean;
  readonly default: boolean;
  readonly family: string | null;
  readonly fallback: string | null;
  readonly features: Readonly<Record<string, PlanItem>>;
};

export type OfferSpec = {
  readonly key: string;
  readonly title: string | null;
  readonly group: string | null;
  readonly kind: 'subscription' | 'tokens' | 'expertise' | null;
  /** Of one piece. */
  readonly price: Readonly<Record<string, number>>;
  readonly plan: string | null;
  /** ISO 8601; `null` is once. */
  readonly cycle: string | null;
  /** Of one piece. */
  readonly grants: Readonly<Record<string, number>>;
  readonly tags: readonly string[];
  readonly limit: { readonly quantity: number; readonly per: 'customer' | 'order' } | null;
  /** Groups; none for a regular offer. */
  readonly unlockedBy: readonly string[];
  readonly override: { readonly key: string; readonly weight: number } | null;
  readonly popular: number | null;
  readonly append: boolean;
  readonly notBeforeStart: boolean;
  readonly items: readonly BundleItem[];
  readonly archived: boolean;
};

/** An offer that comes with another. */
export type BundleItem = {
  readonly offer: string;
  /** In each piece of the bundle. */
  readonly quantity: number;
  /** Left out: as the offer says. */
  readonly cycle?: string | null | undefined;
};

export type CatalogSpec = {
  /** Metered features and gauges are units too. */
  readonly units: Readonly<Record<string, UnitSpec>>;
  readonly features: Readonly<Record<string, FeatureSpec>>;
  readonly plans: Readonly<Record<string, PlanSpec>>;
  readonly offers: Readonly<Record<string, OfferSpec>>;
};

/** What `defineCatalog` gives: the catalogue, and its keys as a type that no value carries. */
export interface Catalog<out K extends Keys = Keys> {
  readonly keys?: K;
  readonly spec: CatalogSpec;
}

declare module '../kernel/scope.ts' {
  interface Ports {
    readonly catalog: CatalogSpec;
  }
}
