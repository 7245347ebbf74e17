/**
 * Where a customer stands with a feature: what carries it, what is left of it, and why not.
 *
 * Reads only. Rights come from subscriptions and the default plan, amounts from the ledger's projection.
 */
import { type FeatureSpec, featureOf } from '../catalog/index.ts';
import { type CustomerRow, findCustomer } from '../customers/index.ts';
import type { Scope } from '../kernel/index.ts';
import { type Projected, readBalance } from '../ledger/index.ts';
import { type Right, type Rights, rightsAt } from '../subscriptions/index.ts';
import type { Facts, Reason, Source } from './decision.ts';

/** Who is asked about, read once for any number of features. */
export type Subject = {
  readonly customer: string;
  readonly row: CustomerRow | null;
  readonly rights: Rights;
};

/** Reads a customer's rights at the scope's now; the zero form for one nobody has named. */
export async function subjectOf(scope: Scope, customer: string): Promise<Subject> {
  const row = await findCustomer(scope, customer);
  return { customer, row, rights: await rightsAt(scope, row, scope.now) };
}

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
  readonly own: Projected;
  readonly credits: {
    readonly unit: string;
    readonly cost: number;
    readonly available: number;
  } | null;
};

/** Reads a metered feature's balance, and that of the credits that pay after it. */
export async function meansOf(scope: Scope, subject: Subject, standing: Standing): Promise<Means> {
  const own = await readBalance(scope, { customer: subject.customer, unit: standing.feature });
  const terms = creditsOf(standing);
  if (!terms) return { own, credits: null };
  const { available, floor } = await readBalance(scope, {
    customer: subject.customer,
    unit: terms.unit,
  });
  return { own, credits: { ...terms, available: Math.max(0, available - floor) } };
}

/** The credits that pay a use: as sold where it is carried, else as the catalogue says. */
export function creditsOf({ rights, spec }: Standing): { unit: string; cost: number } | null {
  const sold = rights[0]?.options.credits;
  return (sold === undefined ? spec?.credits : sold) ?? null;
}

/** The figures of a metered feature. */
export function meteredFacts(
  standing: Standing,
  { own }: Means,
): Omit<Facts, 'requested' | 'replayed'> {
  const endless = own.windows.some(({ granted }) => granted === null);
  const beside = own.grants.filter(
    (grant) => grant.source !== 'plan' && grant.source !== 'overage',
  );
  const quota = own.windows.reduce((sum, { granted }) => sum + (granted ?? 0), 0);
  const added = beside.reduce((sum, grant) => sum + grant.amount, 0);
  const drawn =
    own.windows.reduce((sum, { used }) => sum + used, 0) +
    beside.reduce((sum, grant) => sum + grant.amount - grant.remaining, 0);
  return {
    feature: standing.feature,
    granted: endless ? null : quota + added,
    used: Math.max(0, drawn - own.held),
    held: own.held,
    available: endless ? null : Math.max(0, own.available),
    overage: own.windows.reduce((sum, { overage }) => sum + overage, 0),
    limit: limitOf(own, endless),
    resetsAt: earliest(own.windows.map(({ window }) => window.endsAt)),
  };
}

function limitOf(own: Projected, endless: boolean): Facts['limit'] {
  if (endless) return 'none';
  return own.windows.some(({ window }) => window.soft && !window.suspended) ? 'soft' : 'hard';
}

function earliest(instants: readonly (Date | null)[]): Date | null {
  return instants.reduce(
    (least, one) => (one !== null && (least === null || one < least) ? one : least),
    null,
  );
}

/** The figures of a gauge: `used` is its level. */
export function gaugeFacts(feature: string, own: Projected): Omit<Facts, 'requested' | 'replayed'> {
  const endless = own.ceiling === Number.MAX_SAFE_INTEGER;
  return {
    feature,
    granted: endless ? null : own.ceiling,
    used: own.settled,
    held: own.held,
    available: endless ? null : Math.max(0, own.ceiling - own.settled - own.held),
    overage: endless ? 0 : Math.max(0, own.settled - own.ceiling),
    limit: endless ? 'none' : 'hard',
    resetsAt: null,
  };
}

/** The figures of what is not counted. */
export function plainFacts(feature: string): Omit<Facts, 'requested' | 'replayed'> {
  return {
    feature,
    granted: null,
    used: 0,
    held: 0,
    available: null,
    overage: 0,
    limit: 'none',
    resetsAt: null,
  };
}

/** Every giver of a metered feature, in the order they are spent. */
export function sourcesOf(own: Projected): Source[] {
  const windows = own.windows.map(({ window, granted, used, left }) => ({
    kind: 'plan',
    reference: window.reference,
    granted,
    used,
    available: granted === null ? null : left,
    endsAt: window.endsAt,
  }));
  const grants = own.grants
    .filter((grant) => grant.source !== 'plan' && grant.source !== 'overage')
    .map((grant) => ({
      kind: grant.source,
      reference: grant.reference ?? grant.id,
      granted: grant.amount,
      used: grant.amount - grant.remaining,
      available: grant.remaining,
      endsAt: grant.expiresAt,
    }));
  return [...windows, ...grants];
}
