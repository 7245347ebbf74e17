/** Filling, emptying and moving: what the wallet answers is the balance afterwards, and the name of the movement. */
import { type Audited, audited } from '../audit/index.ts';
import { unitOf } from '../catalog/index.ts';
import { partyOf } from '../customers/index.ts';
import { readInput, type Scope } from '../kernel/index.ts';
import {
  balanceOf,
  CustomerFrozenError,
  credit,
  creditInput,
  debitInput,
  exchange,
  exchangeInput,
  type Figures,
  InsufficientBalanceError,
  spend,
  transfer,
  transferInput,
} from '../ledger/index.ts';
import type { Binding } from './binding.ts';
import { countingRefusals } from './refusals.ts';

/** `credit`, `debit` and `transfer`, of one binding. */
export function bindMoves({ command, whole, used }: Binding) {
  return {
    credit: async (input: unknown) => {
      const {
        source: grantSource,
        notBeforeStart: waits,
        idempotencyKey: key,
        reason,
        ...asked
      } = readInput(creditInput, whole(input));
      const source = 'wallet.credit';
      return command(async (scope) => {
        const made = await countingRefusals(source, () =>
          audited(
            scope,
            reason,
            (inner) => credit(inner, { ...asked, grantSource, waits, key, source }),
            (answer) => movement(source, asked, answer),
          ),
        );
        return moved(scope, asked.unit, made);
      });
    },
    debit: async (input: unknown) => {
      const asked = readInput(debitInput, used(input));
      return command((scope) =>
        countingRefusals('wallet.debit', () =>
          audited(
            scope,
            asked.reason,
            (inner) => debit(inner, asked),
            (answer) => movement('wallet.debit', asked, answer),
          ),
        ),
      );
    },
    exchange: async (input: unknown) => {
      const { idempotencyKey: key, ...asked } = readInput(exchangeInput, whole(input));
      return command((scope) =>
        countingRefusals('wallet.exchange', () => exchanged(scope, { ...asked, key })),
      );
    },
    transfer: async (input: unknown) => {
      const {
        customer: from,
        idempotencyKey: key,
        ...asked
      } = readInput(transferInput, whole(input));
      const source = 'wallet.transfer';
      return command(async (scope) => {
        const answer = await countingRefusals(source, () =>
          transfer(scope, { ...asked, from, key, source }),
        );
        return moved(scope, asked.unit, answer);
      });
    },
  };
}

async function exchanged(scope: Scope, asked: Parameters<typeof exchange>[1]) {
  const { from, to } = asked;
  const [given, taken] = [unitOf(scope, from), unitOf(scope, to)];
  const done = await exchange(scope, asked);
  const { received, of, per, source, at, residue, transferId, replayed } = done;
  return {
    ...{ from: balanceOf(given, done.given), to: balanceOf(taken, done.taken), received },
    ...{ rate: { of, per, source, at: new Date(at) }, residue, transferId, replayed },
  };
}

/** What the audit keeps of a movement; of a replay nothing, since nothing moved. */
function movement(
  operation: string,
  { customer, unit, amount }: { customer: string; unit: string; amount: number },
  { transferId, replayed }: { transferId: string | null; replayed: boolean },
): Audited | null {
  const subject = { type: 'balance', id: unit };
  return replayed ? null : { operation, customer, subject, facts: { amount, transferId } };
}

/** Takes from a balance. @throws {InsufficientBalanceError} Less is available; nothing is written. */
export async function debit(scope: Scope, asked: ReturnType<typeof debitInput.parse>) {
  const { customer, unit, amount, reference, usedBy, idempotencyKey: key } = asked;
  unitOf(scope, unit);
  const answer = await spend(scope, {
    ...{ customer, unit, amount, reference, key },
    usedBy: usedBy === undefined ? undefined : partyOf(usedBy, customer),
    source: 'wallet.debit',
    request: { verb: 'debit', unit, amount, reference: reference ?? null, usedBy: usedBy ?? null },
  });
  if (answer.allowed) return moved(scope, unit, answer);
  if (answer.reason === 'customer_frozen') throw new CustomerFrozenError(customer);
  throw new InsufficientBalanceError({ unit, amount, available: answer.figures.available });
}

function moved(
  scope: Scope,
  unit: string,
  made: { figures: Figures; transferId: string | null; replayed: boolean },
) {
  return {
    ...balanceOf(unitOf(scope, unit), made.figures),
    transferId: made.transferId,
    replayed: made.replayed,
  };
}
