/**
 * What gives a customer rights at a moment: subscriptions that have begun and not ended, and, where a family has none,
 * its default plan.
 *
 * Pure. The ledger's plan of a balance and the rights behind a decision are both read from here, so they agree.
 */
import { addDuration } from '../kernel/index.ts';
import type { BalancePlan, QuotaWindow, Rollover, SubWindow } from '../ledger/index.ts';
import { type Calendar, shiftsOf, type Window, windowAt } from './calendar.ts';
import type { FrozenItem } from './items.ts';
import type { SubscriptionRow } from './rows.ts';
import { stateAt } from './state.ts';

/** One giver of rights, in force at the moment it was asked for. */
export type Source = Calendar & {
  readonly startsAt: Date;
  readonly endsAt: Date | null;
  readonly kind: 'subscription' | 'default';
  /** Leads its quota references: issued once each, whoever asks. */
  readonly reference: string;
  readonly subscription: string | null;
  readonly plan: string | null;
  /** Paused: in force, but nothing of it can be used. */
  readonly suspended: boolean;
  readonly items: readonly FrozenItem[];
};

/** A subscription as a source; `null` while it is upcoming or once it has ended. */
export function sourceOf(row: SubscriptionRow, at: Date): Source | null {
  const state = stateAt(row, at);
  if (!state.active) return null;
  const { anchor, timeZone, period, shifts, pausedAt, resumesAt, startsAt, endsAt } = row;
  return {
    kind: 'subscription',
    reference: row.id,
    subscription: row.id,
    suspended: state.paused,
    ...{ anchor, timeZone, period, shifts, pausedAt, resumesAt, startsAt, endsAt },
    plan: row.plan,
    items: row.items,
  };
}

/** The part of these sources that feeds one feature's balance at `at`, and until when nothing else changes it. */
export function balancePlanOf(
  sources: readonly Source[],
  { feature, kind, at }: { feature: string; kind: 'metered' | 'gauge'; at: Date },
): BalancePlan {
  const carried = sources.flatMap((source) => {
    const item = source.items.find((one) => one.feature === feature && one.kind === kind);
    return item ? [{ source, item }] : [];
  });
  if (kind === 'gauge')
    return {
      ...{ windows: [], subWindow: null, thresholds: [], nextChangeAt: null },
      ceiling: ceilingOf(carried),
    };
  const quotas = carried.flatMap((one) => quotaOf(one, at) ?? []);
  const thresholds = quotas.flatMap(({ item }) => item.options.thresholds ?? []);
  const subWindow = subWindowOf(carried, at);
  return {
    windows: quotas.map(({ window }) => window),
    subWindow,
    ceiling: null,
    thresholds: [...new Set(thresholds)].sort((one, other) => one - other),
    nextChangeAt: earliest([
      subWindow?.endsAt ?? null,
      ...quotas.map(({ window }) => window.endsAt),
    ]),
  };
}

type Carried = { readonly source: Source; readonly item: FrozenItem };

function ceilingOf(carried: readonly Carried[]): number | null {
  const ceilings = carried.filter(({ source }) => !source.suspended).map(({ item }) => item.quota);
  if (ceilings.includes(null)) return null;
  return ceilings.reduce<number>(
    (sum, ceiling) => Math.min(Number.MAX_SAFE_INTEGER, sum + (ceiling ?? 0)),
    0,
  );
}

/**
 * The caps of all who carry the feature add up, and there is none where one of them has none. They count within one
 * sub-window, from the anchor of the source that has it: the longest; of equals, the one whose source began first.
 */
function subWindowOf(carried: readonly Carried[], at: Date): SubWindow | null {
  let [max, longest, began]: [number, SubWindow | null, Date | null] = [0, null, null];
  for (const { source, item } of carried) {
    if (source.suspended) continue;
    const { window: cap } = item.options;
    const part = cap && windowAt(source, cap.per, at);
    if (!cap || !part?.endsAt) return null;
    const { startsAt, endsAt } = part;
    max = Math.min(Number.MAX_SAFE_INTEGER, max + cap.max);
    const longer = longest ? lengthOf({ startsAt, endsAt }) - lengthOf(longest) : 1;
    if (longer < 0 || (longer === 0 && began !== null && source.startsAt >= began)) continue;
    [longest, began] = [{ max, startsAt, endsAt }, source.startsAt];
  }
  return longest && { ...longest, max };
}

function lengthOf({ startsAt, endsAt }: { startsAt: Date; endsAt: Date }): number {
  return endsAt.getTime() - startsAt.getTime();
}

function quotaOf(
  { source, item }: Carried,
  at: Date,
): { item: FrozenItem; window: QuotaWindow } | null {
  const { options } = item;
  const period = windowAt(source, options.reset, at);
  if (!period) return null;
  const lead = leadOf(source, item);
  const window = {
    reference: `${lead}/${period.number}`,
    quota: item.quota,
    suspended: source.suspended,
    startsAt: period.startsAt,
    endsAt: earliest([period.endsAt, source.endsAt]),
    priority: options.priority ?? 0,
    soft: options.limit === 'soft',
    overageMax: options.overageMax ?? null,
    usedBefore: options.usedBefore?.number === period.number ? options.usedBefore.used : 0,
    rollover: rolloverOf({ source, item }, { lead, period }),
  };
  return { item, window };
}

/** Leads the references of its quotas: one that has an interval of its own numbers them by itself. */
export function leadOf(
  { reference }: { readonly reference: string },
  { feature, options }: FrozenItem,
): string {
  const { reset = 'period' } = options;
  return `${options.reference ?? reference}${reset === 'period' ? '' : `/${reset}`}/${feature}`;
}

function rolloverOf(
  { source, item }: Carried,
  { lead, period }: { lead: string; period: Window },
): Rollover | null {
  const { rollover, usedBefore, first = 1 } = item.options;
  if (!rollover || item.quota === null || period.number === first) return null;
  const expiresAt = rollover.expires
    ? addDuration(period.startsAt, rollover.expires, 1, source.timeZone)
    : earliest([period.endsAt, source.endsAt]);
  return {
    from: `${lead}/${period.number - 1}`,
    fromQuota: item.quota,
    // A default's period keeps the version it began with; this one's may be another.
    fromMayShrink: source.kind === 'subscription',
    fromPaused: endsPause(source, period.startsAt),
    fromUsedBefore: usedBefore?.number === period.number - 1 ? usedBefore.used : 0,
    max: rollover.max,
    expiresAt,
  };
}

/** The window before ended with a pause: nothing was left to be used then, but it still rolls over. */
function endsPause(source: Source, boundary: Date): boolean {
  return shiftsOf(source).some(
    (shift) => shift.kind === 'pause' && shift.until?.getTime() === boundary.getTime(),
  );
}

/** The least of these instants; `null` if there is none. */
export function earliest(instants: readonly (Date | null)[]): Date | null {
  return instants.reduce(
    (least, one) => (least === null || (one !== null && one < least) ? one : least),
    null,
  );
}
