/**
 * One balance with its grants and holds in memory, and the pure moves on it.
 *
 * Reads compute on a draft and throw it away; commands compute on it under the balance's lock and write what changed.
 * So a projection cannot differ from what would be booked: it is the same code. Nothing here knows SQL.
 */
import { BEFORE_ALL } from '../kernel/index.ts';

/** Stands for "none" in limits and marks: 2^53 - 1. */
export const UNLIMITED: number = Number.MAX_SAFE_INTEGER;
/** Stands for "no floor": -(2^53 - 1). */
export const NO_FLOOR: number = -Number.MAX_SAFE_INTEGER;

export type BalanceRow = {
  readonly id: number;
  readonly customerId: number;
  readonly unitId: number;
  settled: number;
  held: number;
  drawn: number;
  attributed: number;
  mark: number;
  floor: number;
  ceiling: number;
  debt: number;
  capLeft: number | null;
  sequence: number;
  ownLimits: boolean;
  validUntil: Date;
  changedAt: Date;
};

export type GrantRow = {
  id: number;
  readonly source: string;
  readonly reference: string | null;
  readonly amount: number;
  free: number;
  removed: number;
  readonly priority: number;
  readonly effectiveAt: Date;
  expiresAt: Date | null;
  open: boolean;
  closedAt: Date | null;
  voidedAt: Date | null;
  readonly unlimited: boolean;
  readonly createdAt: Date;
};

export type DrawRow = { grantId: number; readonly from: number; readonly to: number };

export type LegRow = {
  readonly holdId: string;
  readonly leg: number;
  readonly sequence: number;
  readonly drawnTo: number;
  readonly amount: number;
  captured: number;
  released: number;
  readonly cost: number;
  expiresAt: Date | null;
  open: boolean;
};

export type EntryKind =
  | 'credit'
  | 'debit'
  | 'hold'
  | 'release'
  | 'capture'
  | 'expiry'
  | 'void'
  | 'give_back'
  | 'reversal'
  | 'adjustment';

/** What an entry says beside its figures. */
export type EntryFacts = {
  counter?: string | undefined;
  counterBalanceId?: number | undefined;
  counterSequence?: number | undefined;
  ofSequence?: number | undefined;
  grantId?: number | undefined;
  featureId?: number | null | undefined;
  cost?: number | undefined;
  usedById?: number | null | undefined;
  reference?: { readonly type: string; readonly id: string } | undefined;
  key?: string | undefined;
  keyAttempt?: number | undefined;
  requestHash?: bigint | undefined;
};

export type EntryRow = {
  readonly sequence: number;
  readonly kind: EntryKind;
  readonly amount: number;
  readonly heldAmount: number;
  readonly settledAfter: number;
  readonly heldAfter: number;
  readonly drawnTo: number;
  readonly happenedAt: Date;
  readonly facts: EntryFacts;
};

/** An announcement that came out of a move: a quota used up, a threshold passed. */
export type DraftNews = { readonly type: string; readonly data: Readonly<Record<string, unknown>> };

export type Draft = {
  readonly unit: string;
  readonly customer: string;
  readonly now: Date;
  readonly balance: BalanceRow;
  /** Open and waiting ones, and those of windows in force whatever their state. */
  readonly grants: GrantRow[];
  readonly legs: LegRow[];
  /** Draws known so far: those loaded for give-backs, and those made here. */
  readonly draws: DrawRow[];
  readonly entries: EntryRow[];
  readonly newDraws: DrawRow[];
  readonly news: DraftNews[];
  /** Grants that were made here, once they have their ids. */
  readonly madeGrants: GrantRow[];
  /** Grants made here have ids from here upwards until they are written. */
  nextGrantId: number;
};

/** Ids of grants that are not written yet start here: above every id a sequence reaches. */
export const UNWRITTEN: number = 2 ** 52;

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
  balance.settled = safe(balance.settled + entry.amount);
  balance.held = safe(balance.held + (entry.heldAmount ?? 0));
  balance.drawn = safe(balance.drawn + (entry.draws ?? 0));
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
    one.id - other.id
  ) || 0;
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

export type NewGrant = {
  source: string;
  amount: number;
  reference?: string | null | undefined;
  priority?: number | undefined;
  effectiveAt?: Date | undefined;
  expiresAt?: Date | null | undefined;
  /** It waits, counting for nothing, until `effectiveAt`. */
  waits?: boolean | undefined;
  unlimited?: boolean | undefined;
  createdAt?: Date | undefined;
};

/** Puts a lot on the balance, without its entry: `creditGrant` does both. */
export function addGrant(draft: Draft, grant: NewGrant): GrantRow {
  const createdAt = grant.createdAt ?? draft.now;
  const row: GrantRow = {
    id: draft.nextGrantId++,
    source: grant.source,
    reference: grant.reference ?? null,
    amount: grant.amount,
    free: grant.amount,
    removed: 0,
    priority: grant.priority ?? 0,
    effectiveAt: grant.effectiveAt ?? createdAt,
    expiresAt: grant.expiresAt ?? null,
    open: !grant.waits,
    closedAt: null,
    voidedAt: null,
    unlimited: grant.unlimited ?? false,
    createdAt,
  };
  draft.grants.push(row);
  return row;
}

/** A new grant and the credit that brings it; a grant of nothing brings no entry. */
export function creditGrant(
  draft: Draft,
  grant: NewGrant,
  facts: EntryFacts = {},
  at?: Date | undefined,
): { grant: GrantRow; entry: EntryRow | null } {
  const row = addGrant(draft, grant);
  if (grant.amount === 0 || grant.waits) return { grant: row, entry: null };
  const entry = post(draft, {
    kind: 'credit',
    amount: grant.amount,
    at,
    facts: { counter: 'issued', ...facts, grantId: row.id },
  });
  return { grant: row, entry };
}

/** Takes what is free of a grant out of the books, by expiry or by voiding; the grant is over. */
export function closeGrant(
  draft: Draft,
  grant: GrantRow,
  how: { kind: 'expiry' | 'void'; at: Date; facts?: EntryFacts | undefined },
): void {
  removeUnits(draft, grant, grant.free, how);
  grant.open = false;
  grant.closedAt = later(how.at, draft.balance.changedAt);
  if (how.kind === 'void') grant.voidedAt = grant.closedAt;
}

/** Takes `units` of what is free of a grant out of the books; the grant stays. */
export function removeUnits(
  draft: Draft,
  grant: GrantRow,
  units: number,
  how: { kind: 'expiry' | 'void'; at: Date; facts?: EntryFacts | undefined },
): void {
  if (units === 0) return;
  const counter = how.kind === 'expiry' ? 'expired' : 'issued';
  grant.free -= units;
  grant.removed += units;
  post(draft, {
    kind: how.kind,
    amount: 0 - units,
    at: how.at,
    facts: { counter, ...how.facts, grantId: grant.id },
  });
}

/** A stretch of draw positions, `from` inclusive, `to` exclusive. */
export type Stretch = { readonly from: number; readonly to: number };

/**
 * Gives a stretch of positions back to the grants that paid for it, newest position first.
 * What belongs to a grant that is over is taken out at once; positions nobody paid for come back as a `refund` grant.
 * The entry that lowers held or raises settled is the caller's, posted before.
 */
export function returnStretch(draft: Draft, stretch: Stretch, at: Date): void {
  const payers = draft.draws
    .filter((row) => row.from < stretch.to && row.to > stretch.from)
    .sort((one, other) => other.from - one.from);
  let covered = 0;
  for (const payer of payers) {
    const units = Math.min(payer.to, stretch.to) - Math.max(payer.from, stretch.from);
    covered += units;
    returnTo(draft, grantOf(draft, payer.grantId), units, at);
  }
  const uncovered = stretch.to - stretch.from - covered;
  if (uncovered > 0) addGrant(draft, { source: 'refund', amount: uncovered, createdAt: at });
}

function returnTo(draft: Draft, grant: GrantRow, units: number, at: Date): void {
  grant.free += units;
  if (grant.open && grant.source !== 'overage' && !isBookedUnlimited(grant)) return;
  const kind = grant.voidedAt === null && !grant.open ? 'expiry' : 'void';
  removeUnits(draft, grant, units, { kind, at });
}

/** Booked under a source without limit: it cannot be spent again. */
function isBookedUnlimited(grant: GrantRow): boolean {
  return grant.source === 'plan' && grant.reference?.includes(UNLIMITED_USE) === true;
}

/** In a reference: what was drawn under a source without limit, up to the position that follows. */
export const UNLIMITED_USE = '/unlimited/';

function grantOf(draft: Draft, id: number): GrantRow {
  const grant = draft.grants.find((one) => one.id === id);
  if (!grant) throw new Error(`Grant ${id} paid for a position of ${draft.unit} but was not read.`);
  return grant;
}

/** What may be spent or held. */
export function available(balance: { settled: number; held: number }): number {
  return balance.settled - balance.held;
}

/** The later of two instants. */
export function later(one: Date, other: Date): Date {
  return one > other ? one : other;
}

/** A balance nobody has touched: everything is 0, and due. */
export function untouched(ids: { customerId: number; unitId: number }): BalanceRow {
  return {
    ...ids,
    id: 0,
    settled: 0,
    held: 0,
    drawn: 0,
    attributed: 0,
    mark: UNLIMITED,
    floor: 0,
    ceiling: UNLIMITED,
    debt: 0,
    capLeft: null,
    sequence: 0,
    ownLimits: false,
    validUntil: new Date(0),
    changedAt: BEFORE_ALL,
  };
}

function safe(amount: number): number {
  if (!Number.isSafeInteger(amount)) throw new RangeError('A balance would leave the safe integers.');
  return amount === 0 ? 0 : amount;
}
