/** Taking a transfer between customers back: from what the receiver has, to the sender's grants it came from. */
import { type CustomerRow, lockCustomer } from '../../customers/index.ts';
import { requestHash, type Scope } from '../../kernel/index.ts';
import { available } from '../draft.ts';
import { InsufficientBalanceError } from '../errors.ts';
import { type Figures, figuresOf } from '../figures.ts';
import { type Movement, movementAt } from '../find-movement.ts';
import { keepReturn, returnedOf } from '../keep-return.ts';
import { findKeyed, standing } from '../keys.ts';
import { type Opened, openBalances } from '../open-balances.ts';
import { attribute, post } from '../post.ts';
import { returnStretch } from '../return-stretch.ts';
import { reachOf } from '../split.ts';
import { writeDraft } from '../write-draft.ts';
import { check, type ReverseAsked } from './reverse-credit.ts';

/**
 * Moves `amount` back. The receiver's grants pay in burn order; two entries name each other.
 *
 * @throws {InsufficientBalanceError} The receiver has less available; nothing is written.
 * @throws {InvalidStateError} Less of the transfer is left.
 */
export function reverseTransfer(
  scope: Scope,
  asked: ReverseAsked,
): Promise<{ reversed: number; figures: Figures; replayed: boolean }> {
  return scope.transaction((inner) => moveBack(inner, asked));
}

async function moveBack(scope: Scope, { movement, amount, key }: ReverseAsked) {
  const { balanceId, sequence } = movement;
  const [sender, receiver] = await openBoth(scope, movement);
  const figures = () => figuresOf(sender.draft.balance);
  const hash = requestHash({ verb: 'reverse', balanceId, sequence, amount: amount ?? null });
  const earlier = key === undefined ? null : await findKeyed(scope, { balanceId, key });
  const first = key === undefined ? null : standing(earlier, { key, hash });
  const returned = await returnedOf(scope, movement);
  if (first) return { reversed: amount ?? returned, figures: figures(), replayed: true };
  const units = amount ?? Math.abs(movement.amount) - returned;
  check(movement, units, returned);
  if (reachOf(receiver) < units)
    throw new InsufficientBalanceError({
      ...{ unit: movement.unit, amount: units, available: available(receiver.draft.balance) },
    });
  book({ sender, receiver, movement, units, returned }, key === undefined ? {} : { key, hash });
  await writeDraft(scope, sender);
  await writeDraft(scope, receiver);
  await keepReturn(scope, { balanceId, sequence, units, reversed: true });
  return { reversed: units, figures: figures(), replayed: false };
}

async function openBoth(scope: Scope, movement: Movement): Promise<[Opened, Opened]> {
  const { unit, drawnTo, amount, customer } = movement;
  const other = movement.pair && (await movementAt(scope, movement.pair));
  if (!other) throw new Error('A transfer without its other side.');
  const rows = new Map<string, CustomerRow>();
  for (const name of [customer, other.customer].sort())
    rows.set(name, await lockCustomer(scope, { customer: name, mode: 'share' }));
  const stretches = [{ from: drawnTo - Math.abs(amount), to: drawnTo }];
  const [sender, receiver] = await openBalances(scope, [
    { customer: rows.get(customer) as CustomerRow, unit, stretches },
    { customer: rows.get(other.customer) as CustomerRow, unit },
  ]);
  if (!sender || !receiver) throw new Error('A balance of the transfer was not opened.');
  return [sender, receiver];
}

type Booking = {
  readonly sender: Opened;
  readonly receiver: Opened;
  readonly movement: Movement;
  readonly units: number;
  readonly returned: number;
};

function book(
  { sender, receiver, movement, units, returned }: Booking,
  { key, hash }: { key?: string; hash?: bigint },
): void {
  const [mine, theirs] = [sender.draft.balance, receiver.draft.balance];
  const places = { mine: mine.sequence + 1, theirs: theirs.sequence + 1 };
  post(receiver.draft, {
    ...{ kind: 'reversal', amount: 0 - units, draws: units },
    facts: {
      ...{ counterBalanceId: mine.id, counterSequence: places.mine },
      ofSequence: movement.pair?.sequence,
    },
  });
  attribute(receiver.draft);
  post(sender.draft, {
    ...{ kind: 'reversal', amount: units },
    facts: {
      ...{ counterBalanceId: theirs.id, counterSequence: places.theirs },
      ...{ ofSequence: movement.sequence, key, requestHash: hash },
    },
  });
  // What came back before was the newest of it.
  const to = movement.drawnTo - returned;
  returnStretch(sender.draft, { from: to - units, to }, sender.draft.now);
  attribute(sender.draft);
}
