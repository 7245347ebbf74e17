/** From what the ledger projects to the figures of a decision, kind by kind. */
import type { Figures, Projected, ProjectedGrant } from '../ledger/index.ts';
import type { Facts, Source } from './decision.ts';

/** The figures of a metered feature. */
export function meteredFacts(
  feature: string,
  own: Projected,
): Omit<Facts, 'requested' | 'replayed'> {
  const endless = own.windows.some(({ granted }) => granted === null);
  const beside = besideQuota(own);
  const quota = own.windows.reduce((sum, { granted }) => sum + (granted ?? 0), 0);
  const added = beside.reduce((sum, grant) => sum + grant.amount, 0);
  const drawn =
    own.windows.reduce((sum, { used }) => sum + used, 0) +
    beside.reduce((sum, grant) => sum + grant.amount - grant.remaining, 0);
  return {
    feature,
    granted: endless ? null : quota + added,
    used: Math.max(0, drawn - own.reserved),
    held: own.held,
    available: withinCap(endless ? null : Math.max(0, own.available), own.capLeft),
    overage: own.windows.reduce((sum, { overage }) => sum + overage, 0),
    limit: limitOf(own, endless),
    resetsAt: resetOf(own, endsOf(own)),
  };
}

/** What a sub-window lets through of what there is; `null` is unlimited. */
export function withinCap(available: number | null, capLeft: number | null): number | null {
  if (available === null || capLeft === null) return available ?? capLeft;
  return Math.min(available, capLeft);
}

/** The instants at which more comes by itself: when the first quota period ends, and when the sub-window does. */
export type Ends = { readonly period: Date | null; readonly subWindow: Date | null };

/** As the type says. */
export function endsOf({ windows, subWindow }: Projected): Ends {
  return {
    period: earliest(windows.map(({ window }) => window.endsAt)),
    subWindow: subWindow?.endsAt ?? null,
  };
}

/** Which of them comes to help: a sub-window that lets through less than there is ends first. */
export function resetOf({ available, floor, capLeft }: Figures, ends: Ends): Date | null {
  return capLeft !== null && capLeft < available - floor ? ends.subWindow : ends.period;
}

/** Grants that no quota brought: top-ups, rollover and the like. */
export function besideQuota({ grants }: Projected): ProjectedGrant[] {
  return grants.filter(({ source }) => source !== 'plan' && source !== 'overage');
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
  const grants = besideQuota(own).map((grant) => ({
    kind: grant.source,
    reference: grant.reference ?? grant.id ?? grant.source,
    granted: grant.amount,
    used: grant.amount - grant.remaining,
    available: grant.remaining,
    endsAt: grant.expiresAt,
  }));
  return [...windows, ...grants];
}
