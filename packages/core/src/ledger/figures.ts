/** The few numbers every answer about a balance carries. */
import type { BalanceRow } from './draft.ts';

export type Figures = {
  readonly settled: number;
  readonly held: number;
  readonly available: number;
  readonly floor: number;
  readonly ceiling: number;
  readonly drawn: number;
  /** What the sub-window still allows; `null` without one. */
  readonly capLeft: number | null;
  readonly validUntil: Date;
  /** Whatever is remembered of the balance is of one epoch. */
  readonly epoch: number;
};

/** What of a balance's row decides whether a spend may be booked. */
export type Seen = Pick<
  BalanceRow,
  | 'sequence'
  | 'settled'
  | 'held'
  | 'drawn'
  | 'floor'
  | 'ceiling'
  | 'mark'
  | 'capLeft'
  | 'validUntil'
  | 'epoch'
>;

/** What a balance's row says, as an answer. */
export function figuresOf(balance: Omit<Figures, 'available'>): Figures {
  return {
    settled: balance.settled,
    held: balance.held,
    available: balance.settled - balance.held,
    floor: balance.floor,
    ceiling: balance.ceiling,
    drawn: balance.drawn,
    capLeft: balance.capLeft,
    validUntil: balance.validUntil,
    epoch: balance.epoch,
  };
}
