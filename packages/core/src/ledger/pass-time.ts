/** What time alone does to a balance: holds and grants end, grants that waited begin, each at its own instant. Pure. */
import type { Draft, GrantRow, LegRow } from './draft.ts';
import { closeGrant } from './grant-moves.ts';
import { post } from './post.ts';
import { returnStretch } from './return-stretch.ts';
import { baseOf, usedOf } from './windows.ts';

/** What each window still had, and what was used of it, at the instant it ended, by reference: rollover is made of it. */
export type Left = Map<string, { readonly free: number; readonly used: number }>;

type Due = { readonly at: Date; readonly rank: number; readonly happen: () => void };

/** Lets everything happen that is due, in the order of its instants: holds first, then ends, then beginnings. */
export function passTime(draft: Draft): Left {
  const left: Left = new Map();
  const due: Due[] = [
    ...draft.legs
      .filter((leg) => leg.open && isOver(leg.expiresAt, draft.now))
      .map((leg) => expiring(draft, leg)),
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
  return {
    at,
    rank: 0,
    happen: () => releaseLeg(draft, leg, leg.amount - leg.captured - leg.released, at),
  };
}

/** Gives `units` of an open leg back, from the back of its positions. */
export function releaseLeg(draft: Draft, leg: LegRow, units: number, at: Date): void {
  if (units === 0) return;
  post(draft, {
    kind: 'release',
    amount: 0,
    heldAmount: 0 - units,
    at,
    facts: { ofSequence: leg.sequence },
  });
  const end = leg.drawnTo - leg.released;
  leg.released += units;
  leg.open = leg.captured + leg.released < leg.amount;
  returnStretch(draft, { from: end - units, to: end }, at);
}

function expire(draft: Draft, grant: GrantRow, at: Date, left: Left): void {
  const before = left.get(baseOf(grant)) ?? { free: 0, used: 0 };
  const used = before.used + usedOf([grant]);
  if (grant.source === 'plan') left.set(baseOf(grant), { free: before.free + grant.free, used });
  if (grant.source === 'overage') left.set(baseOf(grant), { ...before, used });
  closeGrant(draft, grant, { kind: 'expiry', at });
}

function begin(draft: Draft, grant: GrantRow): void {
  if (grant.closedAt !== null) return;
  draft.isRegranted = true;
  grant.open = true;
  post(draft, {
    kind: 'credit',
    amount: grant.amount,
    at: grant.effectiveAt,
    facts: { counter: 'issued', grantId: grant.id },
  });
}

function isOver(end: Date | null, now: Date): boolean {
  return end !== null && end <= now;
}
