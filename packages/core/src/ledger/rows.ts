/** The ledger's rows as code has them, from a statement's columns or from JSON. */
import {
  flag,
  instant,
  instantOrNull,
  integer,
  integerOrNull,
  type Row,
  text,
  textOrNull,
} from '../kernel/index.ts';
import type { BalanceRow, Cap, DrawRow, GrantRow, LegRow } from './draft.ts';
import type { Seen } from './figures.ts';

/** A balance's row, from a statement or from JSON. */
export function readBalanceRow(row: Row): BalanceRow {
  return {
    id: integer(row.id),
    customerId: integer(row.customer_id),
    unitId: integer(row.unit_id),
    settled: integer(row.settled),
    held: integer(row.held),
    drawn: integer(row.drawn),
    attributed: integer(row.attributed),
    mark: integer(row.mark),
    floor: integer(row.floor),
    ceiling: integer(row.ceiling),
    debt: integer(row.debt),
    capLeft: integerOrNull(row.cap_left),
    cap: readCap(row),
    sequence: integer(row.sequence),
    ownLimits: flag(row.own_limits),
    frozen: flag(row.frozen),
    topUpAt: integerOrNull(row.top_up_at),
    validUntil: instant(row.valid_until),
    epoch: integer(row.epoch),
    changedAt: instant(row.changed_at),
  };
}

function readCap(row: Row): Cap | null {
  const since = instantOrNull(row.cap_since);
  if (since === null) return null;
  return {
    max: integer(row.cap_max),
    since,
    from: integer(row.cap_from),
    returned: integer(row.cap_returned),
  };
}

/** What of a balance's row decides whether a spend may be booked. */
export function readSeen(row: Row): Seen {
  return {
    sequence: integer(row.sequence),
    settled: integer(row.settled),
    held: integer(row.held),
    drawn: integer(row.drawn),
    floor: integer(row.floor),
    ceiling: integer(row.ceiling),
    mark: integer(row.mark),
    capLeft: integerOrNull(row.cap_left),
    validUntil: instant(row.valid_until),
    epoch: integer(row.epoch),
  };
}

/** A grant's row. */
export function readGrant(row: Row): GrantRow {
  return {
    id: integer(row.id),
    source: text(row.source),
    reference: textOrNull(row.reference),
    amount: integer(row.amount),
    free: integer(row.free),
    removed: integer(row.removed),
    priority: integer(row.priority),
    effectiveAt: instant(row.effective_at),
    expiresAt: instantOrNull(row.expires_at),
    open: flag(row.open),
    closedAt: instantOrNull(row.closed_at),
    voidedAt: instantOrNull(row.voided_at),
    unlimited: flag(row.unlimited),
    createdAt: instant(row.created_at),
  };
}

/** A draw's row. */
export function readDraw(row: Row): DrawRow {
  return {
    grantId: integer(row.grant_id),
    from: integer(row.from_position),
    to: integer(row.to_position),
  };
}

/** A hold's leg. */
export function readLeg(row: Row): LegRow {
  return {
    holdId: text(row.hold_id),
    leg: integer(row.leg),
    sequence: integer(row.sequence),
    drawnTo: integer(row.drawn_to),
    amount: integer(row.amount),
    captured: integer(row.captured),
    released: integer(row.released),
    cost: integer(row.cost),
    expiresAt: instantOrNull(row.expires_at),
    open: flag(row.open),
  };
}
