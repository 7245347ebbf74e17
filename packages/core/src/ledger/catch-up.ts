/**
 * Bringing a balance up to date: what has changed by time alone since anyone touched it, in the order of its instants.
 *
 * Pure: the same function projects for reads and computes what a command books. Booked late, an entry still carries
 * the boundary's instant as when it happened. Skipped periods are jumped, never replayed.
 */
import type { UnitSpec } from '../catalog/index.ts';
import { BEFORE_ALL, FOREVER } from '../kernel/index.ts';
import {
  attribute,
  available,
  closeGrant,
  creditGrant,
  type Draft,
  draw,
  type GrantRow,
  type LegRow,
  later,
  NO_FLOOR,
  openGrants,
  post,
  removeUnits,
  returnStretch,
  UNLIMITED,
  UNLIMITED_USE,
} from './draft.ts';
import type { BalancePlan, QuotaWindow } from './plan.ts';

/** What catching up needs beside the draft. */
export type Outlook = {
  readonly unit: UnitSpec;
  readonly plan: BalancePlan;
  readonly frozen: boolean;
};

/**
 * Attributes what was drawn, ends what is over, begins what has begun, books the difference between the plan's
 * quotas and what was issued, and sets limits, mark and `valid_until` for the time from now on.
 */
export function catchUp(draft: Draft, outlook: Outlook): void {
  if (outlook.unit.kind === 'gauge') return settleGauge(draft, outlook);
  cover(draft, outlook);
  const left = passTime(draft);
  endForeignWindows(draft, outlook.plan);
  for (const window of outlook.plan.windows) reconcile(draft, window, left);
  attribute(draft);
  foresee(draft, outlook);
}

/** Sets limits, mark, debt and `valid_until` anew after a move on a draft that is up to date. */
export function foresee(draft: Draft, outlook: Outlook): void {
  if (outlook.unit.kind === 'gauge') return settleGauge(draft, outlook);
  const { balance } = draft;
  setLimits(draft, outlook);
  balance.debt = Math.max(0, balance.floor - available(balance));
  balance.mark = nextMark(draft, outlook.plan);
  balance.validUntil = outlook.frozen ? BEFORE_ALL : nextInstant(draft, outlook.plan);
}

function settleGauge(draft: Draft, outlook: Outlook): void {
  const { balance } = draft;
  if (!balance.ownLimits) balance.ceiling = outlook.plan.ceiling ?? UNLIMITED;
  balance.floor = NO_FLOOR;
  balance.mark = UNLIMITED;
  balance.validUntil = outlook.frozen ? BEFORE_ALL : nextInstant(draft, outlook.plan);
}

/**
 * Names a payer for everything drawn so far. Under a source without limit that source pays before any other grant;
 * what a soft quota let through becomes overage. Post-paid balances keep the gap: it is what the customer owes.
 */
export function cover(draft: Draft, outlook: Outlook): void {
  const { balance } = draft;
  const planned = draft.grants.filter((grant) => grant.open && grant.source === 'plan');
  const unlimited = planned.find((grant) => grant.unlimited);
  if (unlimited) bookUse(draft, unlimited, 'plan');
  attribute(draft);
  const last = planned.at(-1);
  if (last && outlook.unit.kind === 'metered' && !balance.ownLimits) bookUse(draft, last, 'overage');
}

function bookUse(draft: Draft, under: GrantRow, source: 'plan' | 'overage'): void {
  const { balance } = draft;
  const amount = balance.drawn - balance.attributed;
  if (amount <= 0) return;
  const word = source === 'plan' ? UNLIMITED_USE : '/overage/';
  const reference = `${baseOf(under)}${word}${balance.drawn}`;
  const { grant } = creditGrant(
    draft,
    { source, reference, amount, createdAt: balance.changedAt, expiresAt: under.expiresAt },
    {},
    balance.changedAt,
  );
  grant.free = 0;
  draw(draft, grant, amount);
}

/** What each window still had at the instant it ended, by reference: rollover is made of it. */
type Left = Map<string, number>;

type Due = { readonly at: Date; readonly rank: number; readonly happen: () => void };

function passTime(draft: Draft): Left {
  const left: Left = new Map();
  const due: Due[] = [
    ...draft.legs.filter((leg) => leg.open && isOver(leg.expiresAt, draft.now)).map((leg) => expiring(draft, leg)),
    ...draft.grants
      .filter((grant) => !grant.open && grant.closedAt === null && grant.effectiveAt <= draft.now)
      .map((grant) => ({ at: grant.effectiveAt, rank: 2, happen: () => begin(draft, grant) })),
  ];
  for (const grant of draft.grants) {
    if (grant.closedAt !== null || !isOver(grant.expiresAt, draft.now)) continue;
    const at = grant.expiresAt ?? draft.now;
    due.push({ at, rank: 1, happen: () => expire(draft, grant, at, left) });
  }
  due.sort((one, other) => one.at.getTime() - other.at.getTime() || one.rank - other.rank);
  for (const { happen } of due) happen();
  return left;
}

function expiring(draft: Draft, leg: LegRow): Due {
  const at = leg.expiresAt ?? draft.now;
  return { at, rank: 0, happen: () => releaseLeg(draft, leg, leg.amount - leg.captured - leg.released, at) };
}

/** Gives `units` of an open leg back, from the back of its positions. */
export function releaseLeg(draft: Draft, leg: LegRow, units: number, at: Date): void {
  if (units === 0) return;
  post(draft, { kind: 'release', amount: 0, heldAmount: 0 - units, at, facts: { ofSequence: leg.sequence } });
  const end = leg.drawnTo - leg.released;
  leg.released += units;
  leg.open = leg.captured + leg.released < leg.amount;
  returnStretch(draft, { from: end - units, to: end }, at);
}

function expire(draft: Draft, grant: GrantRow, at: Date, left: Left): void {
  if (grant.source === 'plan') left.set(baseOf(grant), (left.get(baseOf(grant)) ?? 0) + grant.free);
  closeGrant(draft, grant, { kind: 'expiry', at });
}

function begin(draft: Draft, grant: GrantRow): void {
  grant.open = true;
  post(draft, {
    kind: 'credit',
    amount: grant.amount,
    at: grant.effectiveAt,
    facts: { counter: 'issued', grantId: grant.id },
  });
}

/**
 * A plan's grant whose window is in force no more (its subscription ended, the feature was taken off) is voided, and
 * so is what rolled over from it; a rollover that outlives its period stays while its source goes on.
 */
function endForeignWindows(draft: Draft, plan: BalancePlan): void {
  const inForce = new Set(plan.windows.map((window) => window.reference));
  const going = new Set(plan.windows.map((window) => leadOf(window.reference)));
  for (const grant of draft.grants) {
    const base = baseOf(grant);
    const isOver =
      (grant.source === 'plan' && !inForce.has(base)) || (grant.source === 'rollover' && !going.has(leadOf(base)));
    if (grant.open && isOver) closeGrant(draft, grant, { kind: 'void', at: draft.now });
  }
}

/** A window's reference without its period: what gives it. */
function leadOf(reference: string): string {
  return reference.slice(0, reference.lastIndexOf('/'));
}

/** Books the difference between a window's quota and what was issued of it. */
function reconcile(draft: Draft, window: QuotaWindow, left: Left): void {
  const issued = draft.grants.filter((grant) => grant.source === 'plan' && baseOf(grant) === window.reference);
  if (issued.length === 0) return issue(draft, window, left);
  for (const grant of issued) {
    if (grant.open && grant.expiresAt?.getTime() !== window.endsAt?.getTime()) grant.expiresAt = window.endsAt;
  }
  if (window.quota === null && !window.suspended) return liftLimit(draft, window, issued);
  for (const grant of issued) {
    if (grant.open && grant.unlimited) closeGrant(draft, grant, { kind: 'void', at: draft.now });
  }
  const used = window.usedBefore + usedOf(issued);
  const wanted = window.suspended ? 0 : Math.max(0, (window.quota ?? 0) - used);
  const free = freeOf(issued);
  if (wanted > free) issueMore(draft, window, wanted - free, issued.length);
  if (wanted < free) voidSome(draft, issued, free - wanted);
  if (free > 0 && wanted === 0 && !window.suspended) {
    draft.news.push({ type: 'quota.reached', data: { feature: draft.unit, used, quota: window.quota ?? 0 } });
  }
}

function issue(draft: Draft, window: QuotaWindow, left: Left): void {
  const at = later(window.startsAt, draft.balance.changedAt);
  const amount = window.suspended ? 0 : Math.max(0, (window.quota ?? 0) - window.usedBefore);
  const common = { priority: window.priority, effectiveAt: window.startsAt, createdAt: at };
  creditGrant(
    draft,
    {
      ...common,
      source: 'plan',
      reference: window.reference,
      amount,
      expiresAt: window.endsAt,
      unlimited: window.quota === null && !window.suspended,
    },
    {},
    at,
  );
  const { rollover } = window;
  if (rollover) {
    const rest = Math.min(rollover.max, left.get(rollover.from) ?? leftBefore(draft, rollover));
    if (rest > 0) {
      creditGrant(
        draft,
        { ...common, source: 'rollover', reference: window.reference, amount: rest, expiresAt: rollover.expiresAt },
        {},
        at,
      );
    }
  }
}

/** Nobody touched the balance during the window before: all of its quota was left, unless it was ended earlier. */
function leftBefore(draft: Draft, rollover: { from: string; fromQuota: number }): number {
  const known = draft.grants.some((grant) => grant.source === 'plan' && baseOf(grant) === rollover.from);
  return known ? 0 : rollover.fromQuota;
}

function liftLimit(draft: Draft, window: QuotaWindow, issued: readonly GrantRow[]): void {
  if (issued.some((grant) => grant.open && grant.unlimited)) return;
  voidSome(draft, issued, freeOf(issued));
  issueMore(draft, window, 0, issued.length);
}

function issueMore(draft: Draft, window: QuotaWindow, amount: number, revision: number): void {
  creditGrant(draft, {
    source: 'plan',
    reference: `${window.reference}${REVISION}${revision}`,
    amount,
    priority: window.priority,
    effectiveAt: window.startsAt,
    expiresAt: window.endsAt,
    unlimited: window.quota === null,
  });
}

function voidSome(draft: Draft, issued: readonly GrantRow[], units: number): void {
  let rest = units;
  for (const grant of [...issued].reverse()) {
    const part = Math.min(rest, grant.free);
    rest -= part;
    removeUnits(draft, grant, part, { kind: 'void', at: draft.now });
  }
}

const REVISION = '/revision/';

/** The window a plan's grant belongs to, whatever revision or use it stands for. */
export function baseOf(grant: { readonly reference: string | null }): string {
  return (grant.reference ?? '').replace(/\/(?:revision|unlimited|overage)\/\d+$/, '');
}

/** Drawn or reserved from these grants and not given back. */
export function usedOf(grants: readonly GrantRow[]): number {
  return grants.reduce((sum, grant) => sum + grant.amount - grant.free - grant.removed, 0);
}

/** Still free on these grants. */
export function freeOf(grants: readonly GrantRow[]): number {
  return grants.reduce((sum, grant) => sum + grant.free, 0);
}

function setLimits(draft: Draft, { unit, plan }: Outlook): void {
  const { balance } = draft;
  if (balance.ownLimits) return;
  balance.ceiling = unit.ceiling ?? UNLIMITED;
  const windows = plan.windows.filter((window) => !window.suspended);
  balance.floor = unit.floor ?? NO_FLOOR;
  if (windows.some((window) => window.quota === null)) balance.floor = NO_FLOOR;
  else if (windows.some((window) => window.soft)) balance.floor = softFloor(draft, windows);
}

/** How far below zero soft quotas let the balance go: what their caps leave of this period's overage. */
function softFloor(draft: Draft, windows: readonly QuotaWindow[]): number {
  let floor = 0;
  for (const window of windows) {
    if (!window.soft) continue;
    if (window.overageMax === null) return NO_FLOOR;
    const booked = draft.grants
      .filter((grant) => grant.source === 'overage' && baseOf(grant) === window.reference)
      .reduce((sum, grant) => sum + grant.amount - grant.removed, 0);
    floor -= Math.max(0, window.overageMax - booked);
  }
  return floor === 0 ? 0 : floor;
}

/** Summed quota, use and rest of the windows in force; quotas without limit have none of the three. */
export function quotaOf(draft: Draft, plan: BalancePlan): { quota: number; used: number; free: number } {
  const inForce = new Map(plan.windows.map((window) => [window.reference, window]));
  const windows = plan.windows.filter((window) => window.quota !== null);
  const grants = draft.grants.filter((grant) => grant.source === 'plan' && inForce.get(baseOf(grant))?.quota != null);
  return {
    quota: windows.reduce((sum, window) => sum + (window.quota ?? 0), 0),
    used: usedOf(grants) + windows.reduce((sum, window) => sum + window.usedBefore, 0),
    free: freeOf(grants),
  };
}

/** The amounts of use at which something is announced, ascending; the last is the quota itself. */
export function targetsOf(quota: number, plan: BalancePlan): number[] {
  const targets = plan.thresholds.map((percent) => Math.ceil((quota * percent) / 100));
  return [...new Set([...targets, quota])].filter((target) => target > 0).sort((one, other) => one - other);
}

/** The draw position at which the next of these amounts of use is met, walking the burn order. */
function nextMark(draft: Draft, plan: BalancePlan): number {
  const { quota, used } = quotaOf(draft, plan);
  const target = targetsOf(quota, plan).find((one) => one > used);
  if (target === undefined) return UNLIMITED;
  const inForce = new Set(plan.windows.map((window) => window.reference));
  let position = draft.balance.drawn;
  let need = target - used;
  for (const grant of openGrants(draft)) {
    const counts = grant.source === 'plan' && inForce.has(baseOf(grant));
    if (counts && grant.free >= need) return position + need;
    if (counts) need -= grant.free;
    position += grant.free;
  }
  return UNLIMITED;
}

function nextInstant(draft: Draft, plan: BalancePlan): Date {
  const instants = [
    plan.nextChangeAt,
    ...draft.grants.filter((grant) => grant.open).map((grant) => grant.expiresAt),
    ...draft.grants
      .filter((grant) => !grant.open && grant.closedAt === null)
      .map((grant) => grant.effectiveAt),
    ...draft.legs.filter((leg) => leg.open).map((leg) => leg.expiresAt),
  ].filter((instant): instant is Date => instant !== null && instant > draft.now);
  return instants.reduce((least, instant) => (instant < least ? instant : least), FOREVER);
}

function isOver(end: Date | null, now: Date): boolean {
  return end !== null && end <= now;
}
