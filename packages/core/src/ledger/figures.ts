/** The few numbers every answer about a balance carries. */
import { available, type BalanceRow } from './draft.ts';

export type Figures = {
  readonly settled: number;
  readonly held: number;
  readonly available: number;
  readonly floor: number;
  readonly ceiling: number;
  readonly drawn: number;
  readonly validUntil: Date;
};

/** What a balance's row says, as an answer. */
export function figuresOf(balance: BalanceRow): Figures {
  return {
    settled: balance.settled,
    held: balance.held,
    available: available(balance),
    floor: balance.floor,
    ceiling: balance.ceiling,
    drawn: balance.drawn,
    validUntil: balance.validUntil,
  };
}
