/** Setting a balance to what an operator says it is, by one entry of the difference. */
import { lockCustomer } from '../../customers/index.ts';
import { requestHash, type Scope } from '../../kernel/index.ts';
import { available, type Draft, NO_FLOOR, UNLIMITED } from '../draft.ts';
import { transferId } from '../entry-news.ts';
import { InsufficientBalanceError, InvalidStateError, LimitExceededError } from '../errors.ts';
import { type Figures, figuresOf } from '../figures.ts';
import { addGrant } from '../grant-moves.ts';
import { findKeyed, standing } from '../keys.ts';
import { openBalance } from '../open-balances.ts';
import { attribute, post } from '../post.ts';
import { writeDraft } from '../write-draft.ts';

export type Adjust = {
  readonly customer: string;
  readonly unit: string;
  /** What is to be settled afterwards, in the unit's minor unit; below 0 only above the floor. */
  readonly to: number;
  readonly key?: string | undefined;
};

/** `transferId` is `null` when it was so already. */
export type Adjusted = {
  readonly figures: Figures;
  readonly transferId: string | null;
  readonly replayed: boolean;
  /** What was booked; positive means more. */
  readonly difference: number;
};

/**
 * Books the difference: more is a grant of source `adjustment`, less is drawn from the grants in burn order.
 *
 * @throws {InvalidStateError} The unit is a feature: its quota is the plan's.
 * @throws {InsufficientBalanceError} What is held would not be covered, or the floor is in the way; nothing is written.
 * @throws {LimitExceededError} The ceiling is in the way; nothing is written.
 * @throws {IdempotencyConflictError} The key holds another request.
 */
export function adjust(scope: Scope, input: Adjust): Promise<Adjusted> {
  return scope.transaction((inner) => adjustUnderLock(inner, input));
}

async function adjustUnderLock(
  scope: Scope,
  { customer, unit, to, key }: Adjust,
): Promise<Adjusted> {
  const row = await lockCustomer(scope, { customer, mode: 'share' });
  const opened = await openBalance(scope, { customer: row, unit });
  const { draft } = opened;
  const { balance } = draft;
  const { kind } = opened.outlook.unit;
  if (kind === 'gauge' || kind === 'metered')
    throw new InvalidStateError(`${unit} is a feature: change its quota, or give uses back.`);
  const hash = requestHash({ verb: 'adjust', unit, to });
  const earlier = key === undefined ? null : await findKeyed(scope, { balanceId: balance.id, key });
  const first = key === undefined ? null : standing(earlier, { key, hash });
  const difference = to - balance.settled;
  if (first || difference === 0) {
    await writeDraft(scope, opened);
    const place = first && transferId(balance.id, first.sequence);
    return {
      ...{ figures: figuresOf(balance), transferId: place, replayed: first !== null },
      difference: 0,
    };
  }
  check(draft, difference);
  const entry = book(draft, difference, key === undefined ? {} : { key, requestHash: hash });
  await writeDraft(scope, opened);
  const place = transferId(balance.id, entry.sequence);
  return { figures: figuresOf(balance), transferId: place, replayed: false, difference };
}

function check({ balance, unit }: Draft, difference: number): void {
  const { floor, ceiling, settled } = balance;
  const left = available(balance) + difference;
  if (difference < 0 && floor !== NO_FLOOR && left < floor)
    throw new InsufficientBalanceError({
      ...{ unit, amount: 0 - difference, available: available(balance) },
    });
  if (difference > 0 && ceiling !== UNLIMITED && settled + difference > ceiling)
    throw new LimitExceededError({ unit, amount: difference, limit: ceiling });
}

function book(draft: Draft, difference: number, keyed: { key?: string; requestHash?: bigint }) {
  const grant =
    difference > 0 ? addGrant(draft, { source: 'adjustment', amount: difference }) : null;
  const entry = post(draft, {
    kind: 'adjustment',
    amount: difference,
    draws: Math.max(0, 0 - difference),
    facts: { counter: 'issued', grantId: grant?.id, ...keyed },
  });
  attribute(draft);
  return entry;
}
