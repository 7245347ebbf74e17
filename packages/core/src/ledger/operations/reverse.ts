/**
 * An operator's undoing of a movement, whole or in part: a spend, a transfer between customers, or a credit.
 *
 * What comes back goes to the grants it came from; what belongs to one that is over expires at once. All reversals of a
 * movement together never exceed it, and its own key stays taken. Nothing is taken that the other side no longer has.
 */
import { checkAmount, NotFoundError, type Scope } from '../../kernel/index.ts';
import { InvalidStateError } from '../errors.ts';
import type { Figures } from '../figures.ts';
import { findMovement, type Movement, movementAt } from '../find-movement.ts';
import { giveBack } from './give-back.ts';
import { reverseCredit } from './reverse-credit.ts';
import { reverseTransfer } from './reverse-transfer.ts';

export type Reverse = {
  /** `trf_…`: what the movement answered. Of a transfer, either side's. */
  readonly transfer: string;
  /** Given, the movement must be this customer's: a transfer is its sender's. */
  readonly customer?: string | undefined;
  /** In the unit's minor unit, in uses of a metered feature; all that is left of it unless said. */
  readonly amount?: number | undefined;
  readonly key?: string | undefined;
};

export type Reversed = {
  readonly customer: string;
  readonly unit: string;
  /** What was undone now; of a replay what it undid. */
  readonly reversed: number;
  /** Of the customer whose movement it was. */
  readonly figures: Figures;
  readonly replayed: boolean;
};

/**
 * Undoes the movement.
 *
 * @throws {NotFoundError} Nothing has that name, or it is another customer's.
 * @throws {InvalidStateError} It cannot be undone by its kind, or less of it is left; nothing is written.
 * @throws {InsufficientBalanceError} The other side has spent it; nothing is written.
 * @throws {IdempotencyConflictError} The key holds another request.
 */
export async function reverse(scope: Scope, input: Reverse): Promise<Reversed> {
  if (input.amount !== undefined) checkAmount(input.amount);
  const movement = await paying(scope, input.transfer);
  const isOthers = input.customer !== undefined && movement?.customer !== input.customer;
  if (!movement || isOthers) throw new NotFoundError('transfer', input.transfer);
  const { customer, unit } = movement;
  return { customer, unit, ...(await undo(scope, input, movement)) };
}

type Undone = Omit<Reversed, 'customer' | 'unit'>;

async function undo(scope: Scope, input: Reverse, movement: Movement): Promise<Undone> {
  const asked = { movement, amount: input.amount, key: input.key };
  if (movement.kind === 'credit' && movement.pair === null) return reverseCredit(scope, asked);
  if (movement.kind !== 'debit' || movement.counter === 'exchange')
    throw new InvalidStateError(`A movement of kind ${movement.kind} cannot be reversed.`, {
      transfer: input.transfer,
    });
  if (movement.counter === null && movement.pair) return reverseTransfer(scope, asked);
  const { customer, unit } = movement;
  const { returned, figures, replayed } = await giveBack(scope, {
    ...{ customer, unit, of: input.transfer, amount: input.amount, key: input.key },
    ...{ reversal: true, source: 'wallet.reverse' },
  });
  return { reversed: returned, figures, replayed };
}

/** The movement by its paying side: of a transfer the sender's entry, whichever was named. */
async function paying(scope: Scope, name: string): Promise<Movement | null> {
  const named = await findMovement(scope, name);
  if (named?.kind !== 'credit' || named.counter !== null || !named.pair) return named;
  return movementAt(scope, named.pair);
}
