/** Filling, emptying and moving: what the wallet answers is the balance afterwards, and the name of the movement. */
import { unitOf } from '../catalog/index.ts';
import { partyOf } from '../customers/index.ts';
import { readInput, type Scope } from '../kernel/index.ts';
import {
  balanceOf,
  CustomerFrozenError,
  credit,
  creditInput,
  debitInput,
  type Figures,
  InsufficientBalanceError,
  spend,
  transfer,
  transferInput,
} from '../ledger/index.ts';
import type { Binding } from './binding.ts';

/** `credit`, `debit` and `transfer`, of one binding. */
export function bindMoves({ command, whole, used }: Binding) {
  return {
    credit: async (input: unknown) => {
      const {
        source: grantSource,
        notBeforeStart: waits,
        idempotencyKey: key,
        ...asked
      } = readInput(creditInput, whole(input));
      const source = 'wallet.credit';
      return command(async (scope) =>
        moved(
          scope,
          asked.unit,
          await credit(scope, { ...asked, grantSource, waits, key, source }),
        ),
      );
    },
    debit: async (input: unknown) => {
      const asked = readInput(debitInput, used(input));
      return command((scope) => debit(scope, asked));
    },
    transfer: async (input: unknown) => {
      const {
        customer: from,
        idempotencyKey: key,
        ...asked
      } = readInput(transferInput, whole(input));
      const source = 'wallet.transfer';
      return command(async (scope) =>
        moved(scope, asked.unit, await transfer(scope, { ...asked, from, key, source })),
      );
    },
  };
}

async function debit(scope: Scope, asked: ReturnType<typeof debitInput.parse>) {
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
