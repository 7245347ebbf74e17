/**
 * One balance with its grants and holds in memory.
 *
 * Reads compute on a draft and throw it away; commands compute on it under the balance's lock and write what changed.
 * So a projection cannot differ from what would be booked: it is the same code.
 */
import { BEFORE_ALL } from '../kernel/index.ts';

/** Stands for "none" in limits and marks: 2^53 - 1. */
export const UNLIMITED: number = Number.MAX_SAFE_INTEGER;
/** Stands for "no floor": -(2^53 - 1). */
export const NO_FLOOR: number = -Number.MAX_SAFE_INTEGER;

/** A sub-window: everything drawn from position `from` on counts against `max`, less what came back of it. */
export type Cap = {
  readonly max: number;
  readonly since: Date;
  readonly from: number;
  returned: number;
};

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
  /** What the sub-window still allows; `null` without one. */
  capLeft: number | null;
  cap: Cap | null;
  sequence: number;
  ownLimits: boolean;
  /** Stopped by an operator. */
  frozen: boolean;
  /** At how much or less a standing instruction buys more; `null` without one. */
  topUpAt: number | null;
  validUntil: Date;
  /** Moves on whenever what was granted or when more comes may be another: figures read before it are old. */
  epoch: number;
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
  /** What counts against the plan's sub-window so far, where the row cannot know: its cap is new, or another's. */
  readonly underway: Pick<Cap, 'from' | 'returned'> | null;
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
  /** A grant came, went, began or lost units: what was granted is another. */
  isRegranted: boolean;
  /** At how much or less it is announced as low; `null`: of a feature, whose quota is announced instead. */
  lowAt: number | null;
  /** It came down, by use, to where a standing instruction buys more. */
  topsUp: boolean;
  /** What is booked takes back what an order brought: however it comes down, nothing is bought for it. */
  takesBack: boolean;
  /** Grants made here have ids from here upwards until they are written. */
  nextGrantId: number;
};

/** Ids of grants that are not written yet start here: above every id a sequence reaches. */
export const UNWRITTEN: number = 2 ** 52;

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
    cap: null,
    sequence: 0,
    ownLimits: false,
    frozen: false,
    topUpAt: null,
    validUntil: new Date(0),
    epoch: 0,
    changedAt: BEFORE_ALL,
  };
}
