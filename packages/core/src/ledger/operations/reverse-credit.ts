/** Taking a credit back: from the grant it made, as far as nobody has spent it. */
import { lockCustomer } from '../../customers/index.ts';
import { requestHash, type Scope } from '../../kernel/index.ts';
import type { Draft, GrantRow } from '../draft.ts';
import { InsufficientBalanceError, InvalidStateError } from '../errors.ts';
import { type Figures, figuresOf } from '../figures.ts';
import type { Movement } from '../find-movement.ts';
import { removeUnits } from '../grant-moves.ts';
import { keepReturn, returnedOf } from '../keep-return.ts';
import { findKeyed, standing } from '../keys.ts';
import { openBalance } from '../open-balances.ts';
import { writeDraft } from '../write-draft.ts';

export type ReverseAsked = {
  readonly movement: Movement;
  readonly amount: number | undefined;
  readonly key: string | undefined;
};

type Undone = { readonly reversed: number; readonly figures: Figures; readonly replayed: boolean };

/**
 * Takes `amount` out of the grant the credit made.
 *
 * @throws {InsufficientBalanceError} Part of it is spent, or the grant is over; nothing is written.
 * @throws {InvalidStateError} It is a plan's quota, or less of the credit is left.
 */
export function reverseCredit(scope: Scope, asked: ReverseAsked): Promise<Undone> {
  return scope.transaction((inner) => takeBack(inner, asked));
}

async function takeBack(scope: Scope, { movement, amount, key }: ReverseAsked): Promise<Undone> {
  const { customer, unit, balanceId, sequence } = movement;
  const row = await lockCustomer(scope, { customer, mode: 'share' });
  const opened = await openBalance(scope, { customer: row, unit });
  const { draft } = opened;
  const figures = () => figuresOf(draft.balance);
  const hash = requestHash({ verb: 'reverse', balanceId, sequence, amount: amount ?? null });
  const earlier = key === undefined ? null : await findKeyed(scope, { balanceId, key });
  const first = key === undefined ? null : standing(earlier, { key, hash });
  const returned = await returnedOf(scope, movement);
  if (first) return { reversed: amount ?? returned, figures: figures(), replayed: true };
  const units = amount ?? movement.amount - returned;
  check(movement, units, returned);
  removeUnits(draft, grantWith(draft, movement, units), units, {
    ...{ kind: 'reversal', at: draft.now },
    facts: { ofSequence: sequence, ...(key !== undefined && { key, requestHash: hash }) },
  });
  await writeDraft(scope, opened);
  await keepReturn(scope, { balanceId, sequence, units, reversed: true });
  return { reversed: units, figures: figures(), replayed: false };
}

/** @throws {InvalidStateError} More than is left, or nothing is. */
export function check({ amount, unit }: Movement, units: number, returned: number): void {
  const left = Math.abs(amount) - returned;
  if (units >= 1 && units <= left) return;
  throw new InvalidStateError(`${units} ${unit} asked back, ${left} are left of the movement.`, {
    ...{ requested: units, returnable: left },
  });
}

function grantWith(draft: Draft, { unit, grantId }: Movement, units: number): GrantRow {
  const grant = draft.grants.find((one) => one.id === grantId);
  if (grant?.source === 'plan')
    throw new InvalidStateError('A plan’s quota cannot be reversed: change the quota.', { unit });
  if (!grant?.open || grant.free < units)
    throw new InsufficientBalanceError({ unit, amount: units, available: grant?.free ?? 0 });
  return grant;
}
