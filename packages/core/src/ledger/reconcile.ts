/** Comparing the plan's quotas with what was issued, and booking the difference, once. Pure. */
import { type Draft, type GrantRow, later } from './draft.ts';
import { closeGrant, creditGrant, removeUnits } from './grant-moves.ts';
import type { Left } from './pass-time.ts';
import type { BalancePlan, QuotaWindow, Rollover } from './plan.ts';
import { baseOf, freeOf, issuedOf, leadOf, REVISION, usedIn } from './windows.ts';

/**
 * A plan's grant whose window is in force no more (its subscription ended, the feature was taken off) is voided, and
 * so is what rolled over from it; a rollover that outlives its period stays while its source goes on.
 */
export function endForeignWindows(draft: Draft, plan: BalancePlan): void {
  const inForce = new Set(plan.windows.map((window) => window.reference));
  const going = new Set(plan.windows.map((window) => leadOf(window.reference)));
  for (const grant of draft.grants) {
    const base = baseOf(grant);
    const isOver =
      (grant.source === 'plan' && !inForce.has(base)) ||
      (grant.source === 'rollover' && !going.has(leadOf(base)));
    if (grant.open && isOver) closeGrant(draft, grant, { kind: 'void', at: draft.now });
  }
}

/** Books the difference between a window's quota and what was issued of it. */
export function reconcile(draft: Draft, window: QuotaWindow, left: Left): void {
  const issued = issuedOf(draft, window);
  if (issued.length === 0) {
    issue(draft, window, left);
    return;
  }
  for (const grant of issued) {
    if (grant.open && grant.expiresAt?.getTime() !== window.endsAt?.getTime())
      grant.expiresAt = window.endsAt;
  }
  if (window.quota === null && !window.suspended) {
    liftLimit(draft, window, issued);
    return;
  }
  for (const grant of issued) {
    if (grant.open && grant.unlimited) closeGrant(draft, grant, { kind: 'void', at: draft.now });
  }
  const wanted = allowedBy(draft, window);
  const free = freeOf(issued);
  if (wanted > free) issueMore(draft, window, wanted - free, issued.length);
  if (wanted < free) voidSome(draft, issued, free - wanted);
  if (free > 0 && wanted === 0 && !window.suspended) {
    draft.news.push({
      type: 'quota.reached',
      data: { feature: draft.unit, used: usedIn(draft, window), quota: window.quota ?? 0 },
    });
  }
}

/** Units that came back to quotas which had shrunk below what was used of them: nobody may use those again. */
export function trimToQuotas(draft: Draft, plan: BalancePlan): void {
  for (const window of plan.windows) {
    if (window.quota === null && !window.suspended) continue;
    const issued = issuedOf(draft, window);
    const excess = freeOf(issued) - allowedBy(draft, window);
    if (excess > 0) voidSome(draft, issued, excess);
  }
}

/** What a window's quota leaves: never more than it, less all that was used under it. */
function allowedBy(draft: Draft, window: QuotaWindow): number {
  return window.suspended ? 0 : Math.max(0, (window.quota ?? 0) - usedIn(draft, window));
}

function issue(draft: Draft, window: QuotaWindow, left: Left): void {
  const at = later(window.startsAt, draft.balance.changedAt);
  const amount = window.suspended
    ? 0
    : Math.max(0, (window.quota ?? 0) - Math.max(0, window.usedBefore));
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
    const rest = Math.min(rollover.max, leftOf(draft, rollover, left));
    if (rest > 0) {
      creditGrant(
        draft,
        {
          ...common,
          source: 'rollover',
          reference: window.reference,
          amount: rest,
          expiresAt: rollover.expiresAt,
        },
        {},
        at,
      );
    }
  }
}

/** What came back to a quota that had shrunk below its use is nobody's: it does not roll over either. */
function leftOf(draft: Draft, rollover: Rollover, left: Left): number {
  if (rollover.fromPaused) return notUsed(draft, rollover);
  const end = left.get(rollover.from);
  if (!end) return leftBefore(draft, rollover);
  if (!rollover.fromMayShrink) return end.free;
  return Math.min(end.free, Math.max(0, rollover.fromQuota - end.used));
}

/** A pause took away what was left of the window before, and nobody could use it: all that was not used rolls over. */
function notUsed(draft: Draft, { from, fromQuota, fromUsedBefore }: Rollover): number {
  const used = usedIn(draft, { reference: from, usedBefore: fromUsedBefore });
  return Math.max(0, fromQuota - used);
}

/** Nobody touched the balance during the window before: all of its quota was left, unless it was ended earlier. */
function leftBefore(draft: Draft, rollover: Rollover): number {
  const known = draft.grants.some(
    (grant) => grant.source === 'plan' && baseOf(grant) === rollover.from,
  );
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
