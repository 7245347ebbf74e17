/**
 * The hot path: a spend or a hold as one statement, and a refusal as one read.
 *
 * Both look at the balance's row alone, so their cost does not grow with grants, entries or customers.
 * No row means "look closer", never "failed": the host's transaction stays usable.
 */

import { instant, integer, integerOrNull, type Row, type Scope } from '../../kernel/index.ts';
import { accepted, type Booked } from '../accepted.ts';
import { figuresOf } from '../figures.ts';
import { spendStatement } from '../spend-statement.ts';
import type { Prepared, SpendAnswer } from '../spending.ts';
import { seeBalance } from './figures-at-once.ts';

/** Spends or holds in one statement; `null` when anything needs a closer look. */
export async function spendAtOnce(
  scope: Scope,
  balanceId: number,
  input: Prepared,
): Promise<SpendAnswer | null> {
  const booked = await scope.maybeOne(spendStatement(scope, balanceId, input), readBooked);
  return booked && accepted(scope, { balanceId, input, booked });
}

/**
 * A plain refusal without a lock: nothing is due, no key is known, no credits may pay, and it is not enough.
 * @returns `null` when that is not certain.
 */
export async function refuseAtOnce(
  scope: Scope,
  balanceId: number,
  input: Prepared,
): Promise<SpendAnswer | null> {
  if (input.key !== undefined || (input.credits && input.from !== 'quota')) return null;
  const balance = await seeBalance(scope, balanceId);
  if (!balance || balance.validUntil <= scope.now) return null;
  const figures = figuresOf(balance);
  const { available, floor, capLeft } = figures;
  const fits = available - input.amount >= floor;
  if (fits && (capLeft === null || capLeft >= input.amount)) return null;
  return { allowed: false, reason: 'insufficient', figures, credits: null };
}

function readBooked(row: Row): Booked {
  return {
    sequence: integer(row.sequence),
    settled: integer(row.settled_after),
    held: integer(row.held_after),
    floor: integer(row.floor),
    ceiling: integer(row.ceiling),
    drawn: integer(row.drawn_to),
    capLeft: integerOrNull(row.cap_left),
    validUntil: instant(row.valid_until),
    epoch: integer(row.epoch),
  };
}
