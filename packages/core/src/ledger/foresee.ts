/**
 * What a balance's row says ahead: how far it may go, at which draw position something is announced, and until when
 * nothing changes by time alone. Pure.
 */
import type { UnitSpec } from '../catalog/index.ts';
import { BEFORE_ALL, FOREVER } from '../kernel/index.ts';
import { available, type Draft, NO_FLOOR, UNLIMITED } from './draft.ts';
import { lowMark } from './low.ts';
import type { BalancePlan, QuotaWindow } from './plan.ts';
import { openGrants } from './post.ts';
import { leftOfCap } from './sub-window.ts';
import { quotaOf, targetsOf } from './targets.ts';
import { baseOf, usedIn } from './windows.ts';

/** What catching up needs beside the draft. */
export type Outlook = {
  readonly unit: UnitSpec;
  readonly plan: BalancePlan;
  readonly frozen: boolean;
};

/** Sets limits, mark, debt and `valid_until` anew after a move on a draft that is up to date. */
export function foresee(draft: Draft, outlook: Outlook): void {
  if (outlook.unit.kind === 'gauge') {
    settleGauge(draft, outlook);
    return;
  }
  const { balance } = draft;
  setLimits(draft, outlook);
  balance.capLeft = leftOfCap(balance);
  balance.debt = Math.max(0, balance.floor - available(balance));
  balance.mark = Math.min(nextMark(draft, outlook.plan), lowMark(draft));
  balance.validUntil = outlook.frozen ? BEFORE_ALL : nextInstant(draft, outlook.plan);
}

function settleGauge(draft: Draft, outlook: Outlook): void {
  const { balance } = draft;
  if (!balance.ownLimits) balance.ceiling = outlook.plan.ceiling ?? UNLIMITED;
  balance.floor = NO_FLOOR;
  balance.mark = UNLIMITED;
  balance.validUntil = outlook.frozen ? BEFORE_ALL : nextInstant(draft, outlook.plan);
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

/** How far below zero soft quotas let the balance go: what their caps leave of what was used beyond them. */
function softFloor(draft: Draft, windows: readonly QuotaWindow[]): number {
  let floor = 0;
  for (const window of windows) {
    if (!window.soft) continue;
    if (window.overageMax === null) return NO_FLOOR;
    const passed = Math.max(0, usedIn(draft, window) - (window.quota ?? 0));
    floor -= Math.max(0, window.overageMax - passed);
  }
  return floor === 0 ? 0 : floor;
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
  return new Date(Math.min(FOREVER.getTime(), ...instants.map((instant) => instant.getTime())));
}
