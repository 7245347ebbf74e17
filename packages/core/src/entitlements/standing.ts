/**
 * Where a customer stands with a feature: what carries it, what is left of it, and why not.
 *
 * Reads only. Rights come from subscriptions and the default plan, amounts from the ledger's projection.
 */
import { type FeatureSpec, featureOf } from '../catalog/index.ts';
import type { Scope } from '../kernel/index.ts';
import { figuresAtOnce, type Projected, readBalance } from '../ledger/index.ts';
import type { Right } from '../subscriptions/index.ts';
import type { Reason } from './decision.ts';
import type { Subject } from './subject-cache.ts';

/** A feature's kind and what carries it. */
export type Standing = {
  readonly feature: string;
  readonly spec: FeatureSpec | null;
  readonly kind: FeatureSpec['kind'];
  readonly rights: readonly Right[];
};

/** The feature as catalogue and subscriptions know it; `null` when neither does. */
export function standingOf(scope: Scope, subject: Subject, feature: string): Standing | null {
  const spec = featureOf(scope, feature);
  const rights = subject.rights.items.filter((item) => item.feature === feature);
  const kind = spec?.kind ?? rights[0]?.kind;
  return kind ? { feature, spec, kind, rights } : null;
}

/** Why a feature that nothing carries is denied. The default plan is a plan too. */
export function notCarried({ rights }: Subject, feature: string): Reason {
  const hasPlan = rights.hasSubscription || rights.items.length > 0;
  return rights.denied.get(feature) ?? (hasPlan ? 'feature_not_in_plan' : 'no_subscription');
}

/** What may pay a feature's use, with what each has. */
export type Means = {
  readonly own: Pick<Projected, 'available' | 'floor' | 'capLeft' | 'frozen'>;
  readonly credits: {
    readonly unit: string;
    readonly cost: number;
    readonly available: number;
    readonly frozen: boolean;
  } | null;
};

/** What is left of the credits that pay after the feature's own units; `null` where none may. */
export async function creditsLeft(
  scope: Scope,
  subject: Subject,
  standing: Standing,
): Promise<Means['credits']> {
  const terms = creditsOf(standing);
  if (!terms) return null;
  const whose = { customer: subject.customer, unit: terms.unit };
  const row = await figuresAtOnce(scope, whose);
  const { available, floor, frozen } = row
    ? { ...row, frozen: false }
    : await readBalance(scope, whose);
  return { ...terms, available: Math.max(0, available - floor), frozen };
}

/** The credits that pay a use: as sold where it is carried, else as the catalogue says. */
export function creditsOf({ rights, spec }: Standing): { unit: string; cost: number } | null {
  const sold = rights[0]?.options.credits;
  return (sold === undefined ? spec?.credits : sold) ?? null;
}
