/**
 * A change of plan as it was agreed, and what a subscription is once it holds.
 *
 * One that waits for the end of a period stands on the subscription and holds from that instant on, by the clock: reads see
 * the subscription as it is by then, and whoever next locks it stores that. Pure.
 */
import { FOREVER } from '../kernel/index.ts';
import type { PlanChange } from './agreed.ts';
import { windowAt, windowNumbered } from './calendar.ts';
import type { FrozenItem } from './items.ts';
import type { SubscriptionRow } from './rows.ts';
import { turningPoints } from './state.ts';

/** Used under the windows that a change cuts, by feature. */
export type UsedBefore = ReadonlyMap<string, number>;

/** When the scheduled change holds; `null` for none, or while a pause without a set return keeps the period open. */
export function scheduledAt(row: SubscriptionRow, known: Date = FOREVER): Date | null {
  if (row.scheduled === null) return null;
  return windowNumbered(row, 'period', row.scheduled.afterPeriod, known)?.endsAt ?? null;
}

/** The subscription as it is at `at`: with the change that was to hold by then. */
export function rowAt(row: SubscriptionRow, at: Date): SubscriptionRow {
  const due = scheduledAt(row, at);
  if (row.scheduled === null || due === null || due > at) return row;
  if (row.endsAt !== null && row.endsAt <= due) return row;
  return {
    ...changed(row, row.scheduled, due, new Map()),
    overdue: { change: row.scheduled, at: due },
  };
}

/** The next instants at which it changes by time alone, in no order. */
export function turnsOf(row: SubscriptionRow, at: Date): Date[] {
  const due = scheduledAt(row, at);
  return [...turningPoints(row, at), ...(due !== null && due > at ? [due] : [])];
}

/** The subscription once a change holds from `at` on. Features that were added by hand stay as they are. */
export function changed(
  row: SubscriptionRow,
  change: PlanChange,
  at: Date,
  used: UsedBefore,
): SubscriptionRow {
  const { plan, version, family, familyId, period, pastDue, billing, currency } = change;
  const shifts = change.isReanchored
    ? [...row.shifts, { kind: 'anchor' as const, at, before: row.period }]
    : row.shifts;
  const terms = { plan, version, family, familyId, period, pastDue, billing, currency };
  const isNew = row.billing === 'none' && billing !== 'none';
  const moved = { ...row, ...terms, shifts, billedFrom: isNew ? at : row.billedFrom };
  const move = { row, moved, change, at, used };
  const byHand = row.items.filter((item) => item.addedBy === 'hand');
  const planned = change.items.filter(
    (item) => !byHand.some((one) => one.feature === item.feature),
  );
  const items = [
    ...planned.map((item) => carried(item, move)),
    ...byHand.map((item) => recounted(item, item, move)),
  ];
  return { ...moved, items, scheduled: null, overdue: null };
}

type Move = {
  readonly row: SubscriptionRow;
  readonly moved: SubscriptionRow;
  readonly change: PlanChange;
  readonly at: Date;
  readonly used: UsedBefore;
};

/** What was used of a feature in both stays used, unless it was agreed to begin anew. */
function carried(item: FrozenItem, move: Move): FrozenItem {
  const old = move.row.items.find((one) => one.feature === item.feature);
  if (item.kind !== 'metered') return item;
  if (old?.kind === 'metered' && move.change.usage === 'keep') return recounted(item, old, move);
  const reference = old?.kind === 'metered' ? move.change.lead : undefined;
  return { ...item, options: { ...item.options, reference, first: numberOf(item, move) } };
}

/** As it is counted from now on: under the same window as before, or under another that begins with what was used. */
function recounted(item: FrozenItem, old: FrozenItem, move: Move): FrozenItem {
  if (item.kind !== 'metered') return item;
  const { row, change, at, used } = move;
  // A default plan's own periods go on by themselves: they part from this subscription's where those count anew.
  const parts = change.isReanchored && old.options.reference?.startsWith('default/') === true;
  const number = numberOf(item, move);
  const isSame =
    !parts &&
    (old.options.reset ?? 'period') === (item.options.reset ?? 'period') &&
    windowAt(row, old.options.reset, at)?.number === number;
  const cut = { number, used: used.get(item.feature) ?? 0 };
  return {
    ...item,
    options: {
      ...item.options,
      reference: parts ? change.lead : old.options.reference,
      usedBefore: isSame ? old.options.usedBefore : cut.used > 0 ? cut : undefined,
      first: isSame && rollsAlike(item, old) ? old.options.first : number,
    },
  };
}

/** Where the terms are the same ones, what was left before the change rolls over; otherwise nothing does. */
function rollsAlike(item: FrozenItem, old: FrozenItem): boolean {
  return Boolean(old.options.rollover) && item.quota === old.quota;
}

function numberOf({ options }: FrozenItem, { moved, at }: Move): number {
  return windowAt(moved, options.reset, at)?.number ?? 1;
}
