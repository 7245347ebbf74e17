/** Booking entries on a draft, and working out who paid for what was drawn. Pure; nothing here knows SQL. */
import {
  type Draft,
  type EntryFacts,
  type EntryKind,
  type EntryRow,
  type GrantRow,
  later,
} from './draft.ts';
import { LimitExceededError } from './errors.ts';

/** Books one entry: moves settled, held and drawn, and gives it the next number. */
export function post(
  draft: Draft,
  entry: {
    kind: EntryKind;
    amount: number;
    heldAmount?: number | undefined;
    /** Units this takes from grants: a spend's or a hold's. */
    draws?: number | undefined;
    at?: Date | undefined;
    facts?: EntryFacts | undefined;
  },
): EntryRow {
  const { balance } = draft;
  balance.settled = safe(draft, balance.settled, entry.amount);
  balance.held = safe(draft, balance.held, entry.heldAmount ?? 0);
  balance.drawn = safe(draft, balance.drawn, entry.draws ?? 0);
  balance.sequence += 1;
  balance.changedAt = later(entry.at ?? draft.now, balance.changedAt);
  const row: EntryRow = {
    sequence: balance.sequence,
    kind: entry.kind,
    amount: entry.amount,
    heldAmount: entry.heldAmount ?? 0,
    settledAfter: balance.settled,
    heldAfter: balance.held,
    drawnTo: balance.drawn,
    happenedAt: balance.changedAt,
    facts: entry.facts ?? {},
  };
  draft.entries.push(row);
  return row;
}

/** Burn order: priority, then earliest expiry with none last, then older. */
export function inBurnOrder(one: GrantRow, other: GrantRow): number {
  return (
    one.priority - other.priority ||
    (one.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY) -
      (other.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY) ||
    one.createdAt.getTime() - other.createdAt.getTime() ||
    one.id - other.id ||
    0
  );
}

/** Open grants in the order they are spent. */
export function openGrants(draft: Draft): GrantRow[] {
  return draft.grants.filter((grant) => grant.open).sort(inBurnOrder);
}

/** Works out who paid for the positions nobody has been named for yet, as far as the open grants go. */
export function attribute(draft: Draft): void {
  const { balance } = draft;
  for (const grant of openGrants(draft)) {
    const units = Math.min(grant.free, balance.drawn - balance.attributed);
    if (units <= 0) continue;
    draw(draft, grant, units);
    grant.free -= units;
  }
}

/** Names `grant` as the payer of the next `units` positions. */
export function draw(draft: Draft, grant: GrantRow, units: number): void {
  const { balance } = draft;
  const row = { grantId: grant.id, from: balance.attributed, to: balance.attributed + units };
  draft.draws.push(row);
  draft.newDraws.push(row);
  balance.attributed += units;
}

/** @throws {LimitExceededError} The sum would leave the safe integers. */
function safe({ unit }: Draft, before: number, amount: number): number {
  const after = before + amount;
  if (!Number.isSafeInteger(after))
    throw new LimitExceededError({ unit, amount, limit: Number.MAX_SAFE_INTEGER });
  return after === 0 ? 0 : after;
}
