/**
 * The boundaries of a subscription over its whole life: windows counted from an anchor, and what has moved them since.
 *
 * A pause keeps the rest of the window it interrupts: that window ends later by the length of the pause, and the next
 * begins there. A re-anchor cuts the window it falls in. Numbers go on, and earlier windows keep their bounds (SPEC 1.6).
 */
import { addDuration, FOREVER, periodAt } from '../kernel/index.ts';

/** Something that moved the boundaries. */
export type Shift =
  /** `until` null: nobody knows yet, so the interrupted window has no end. */
  | { readonly kind: 'pause'; readonly at: Date; readonly until: Date | null }
  /** Windows count from here on; `before` is the period that held until then. */
  | { readonly kind: 'anchor'; readonly at: Date; readonly before: string | null };

/** What windows follow from. */
export type Calendar = {
  /** What the first window is counted from. */
  readonly anchor: Date;
  readonly timeZone: string;
  /** ISO 8601 interval of a period, as it is now; `null` is one that never ends. */
  readonly period: string | null;
  /** Those that are over and recorded, in order. */
  readonly shifts: readonly Shift[];
  /** The latest pause, which may be over or still to come. */
  readonly pausedAt: Date | null;
  readonly resumesAt: Date | null;
};

/** A window in which a quota or a period counts; `endsAt` null: it never ends by itself. */
export type Window = {
  readonly number: number;
  readonly startsAt: Date;
  readonly endsAt: Date | null;
};

/** How often something begins anew: `period`, `never`, or an own ISO 8601 interval. */
export type Reset = string | undefined;

/** A run of windows of one length; the last of them ends where the next run begins. */
type Run = { readonly number: number; readonly anchor: Date; readonly interval: string | null };

/** All that has moved boundaries, in order, the latest pause among it. */
export function shiftsOf({ shifts, pausedAt, resumesAt }: Calendar): readonly Shift[] {
  if (pausedAt === null) return shifts;
  const all: Shift[] = [...shifts, { kind: 'pause', at: pausedAt, until: resumesAt }];
  return all.sort((one, other) => one.at.getTime() - other.at.getTime());
}

/**
 * The whole window that contains `at`, not cut by start or end; `null` before the anchor. What is only planned for
 * later does not move its end yet.
 */
export function windowAt(calendar: Calendar, reset: Reset, at: Date): Window | null {
  if (at < calendar.anchor) return null;
  return windowIn(runsOf(calendar, reset, at), calendar.timeZone, at).window;
}

/** A window, and the interval it lasts: `moved` where a pause or a re-anchor gave it another length. */
export type NumberedWindow = Window & { readonly interval: string | null | 'moved' };

/**
 * The window of a number; `null` where there is none of it, or none yet while paused.
 * @param known What has moved boundaries by then is seen; everything unless said.
 */
export function windowNumbered(
  calendar: Calendar,
  reset: Reset,
  number: number,
  known: Date = FOREVER,
): NumberedWindow | null {
  const runs = runsOf(calendar, reset, known);
  const index = runs.findLastIndex((run) => run.number <= number);
  const run = runs[index];
  if (!run || run.anchor >= FOREVER) return null;
  if (run.interval === null && number > run.number) return null;
  const window = numberedIn(runs, index, number, calendar.timeZone);
  const natural = numberedIn(runs.slice(0, index + 1), index, number, calendar.timeZone);
  const isMoved = natural.endsAt?.getTime() !== window.endsAt?.getTime();
  return { ...window, interval: isMoved ? 'moved' : run.interval };
}

/** How often a quota refills, for its reset and the subscription's period; `null` for never. */
function intervalOf(reset: Reset, period: string | null): string | null {
  if (reset === 'never') return null;
  return reset === undefined || reset === 'period' ? period : reset;
}

function runsOf(calendar: Calendar, reset: Reset, known: Date): readonly Run[] {
  const { anchor, timeZone, period } = calendar;
  const shifts = shiftsOf(calendar);
  const periods = shifts.flatMap((shift) => (shift.kind === 'anchor' ? [shift.before] : []));
  const intervals = [...periods, period].map((one) => intervalOf(reset, one));
  let runs: readonly Run[] = [{ number: 1, anchor, interval: intervals.shift() ?? null }];
  for (const shift of shifts) {
    const next = shift.kind === 'anchor' ? (intervals.shift() ?? null) : null;
    if (shift.at <= known) runs = shifted(runs, shift, { next, timeZone });
  }
  return runs;
}

/** A window that ends where the pause begins has no rest; the next begins on the return. */
function shifted(
  runs: readonly Run[],
  shift: Shift,
  { next, timeZone }: { next: string | null; timeZone: string },
): readonly Run[] {
  const first = runs[0] as Run;
  const interval = runs.at(-1)?.interval ?? null;
  const lastMoment = new Date(Math.max(shift.at.getTime() - 1, first.anchor.getTime()));
  const { window, index } = windowIn(runs, timeZone, lastMoment);
  const kept = runs.slice(0, index + 1);
  const number = window.number + 1;
  if (shift.kind === 'pause') {
    if (window.endsAt === null) return runs;
    const moved =
      shift.until && window.endsAt.getTime() + shift.until.getTime() - shift.at.getTime();
    return [...kept, { number, anchor: moved === null ? FOREVER : new Date(moved), interval }];
  }
  if (interval === null && next === null) return runs;
  if (shift.at <= first.anchor) return [{ ...first, interval: next }];
  return [...kept, { number, anchor: shift.at, interval: next }];
}

function windowIn(
  runs: readonly Run[],
  timeZone: string,
  at: Date,
): { window: Window; index: number } {
  const index = Math.max(
    0,
    runs.findLastIndex((run) => run.anchor <= at),
  );
  const { number, anchor, interval } = runs[index] as Run;
  const natural = interval === null ? null : periodAt(anchor, interval, timeZone, at);
  const counted = number + (natural?.number ?? 1) - 1;
  const last = lastOf(runs, index);
  if (natural && counted < last) return { window: { ...natural, number: counted }, index };
  return { window: numberedIn(runs, index, Math.min(counted, last), timeZone), index };
}

function numberedIn(runs: readonly Run[], index: number, number: number, timeZone: string): Window {
  const { number: first, anchor, interval } = runs[index] as Run;
  const boundary = (steps: number) =>
    interval === null ? anchor : addDuration(anchor, interval, steps, timeZone);
  const startsAt = boundary(number - first);
  if (number < lastOf(runs, index)) {
    return { number, startsAt, endsAt: interval === null ? null : boundary(number - first + 1) };
  }
  const next = runs[index + 1]?.anchor ?? FOREVER;
  return { number, startsAt, endsAt: next >= FOREVER ? null : next };
}

function lastOf(runs: readonly Run[], index: number): number {
  const next = runs[index + 1];
  return next ? next.number - 1 : Number.POSITIVE_INFINITY;
}
