/** The wallet's verbs over one binding. */
import { unitOf } from '../catalog/index.ts';
import { partyOf } from '../customers/index.ts';
import { readInput, type Scope } from '../kernel/index.ts';
import {
  balanceInput,
  balanceOf,
  CustomerFrozenError,
  captureHold,
  captureInput,
  credit,
  creditInput,
  debitInput,
  extendHold,
  extendInput,
  type Figures,
  InsufficientBalanceError,
  limitsInput,
  listEntries,
  readBalance,
  releaseHold,
  releaseInput,
  setLimits,
  spend,
  statementInput,
  transfer,
  transferInput,
} from '../ledger/index.ts';
import { momentOf } from './bind-holding.ts';
import type { Binding } from './bind-verbs.ts';
import { namedCustomerInput } from './inputs.ts';
import { listBalances } from './list-balances.ts';

/** All of `wallet`; `hold` is the kit's own. */
export function bindWallet(binding: Binding, hold: (input: unknown) => Promise<unknown>) {
  const { command, read, whole, used } = binding;
  return {
    hold,
    balance: async (input: unknown) => {
      const asked = readInput(balanceInput, whole(input));
      return read(async (scope) =>
        balanceOf(unitOf(scope, asked.unit), await readBalance(scope, asked)),
      );
    },
    balances: async (input?: unknown) => {
      const { customer } = readInput(namedCustomerInput, whole(input));
      return read((scope) => listBalances(scope, customer));
    },
    credit: async (input: unknown) => {
      const {
        source,
        notBeforeStart,
        idempotencyKey: key,
        ...asked
      } = readInput(creditInput, whole(input));
      return command(async (scope) => {
        const made = await credit(scope, {
          ...asked,
          grantSource: source,
          waits: notBeforeStart,
          key,
          source: 'wallet.credit',
        });
        return moved(scope, asked.unit, made);
      });
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
      return command(async (scope) =>
        moved(
          scope,
          asked.unit,
          await transfer(scope, { ...asked, from, key, source: 'wallet.transfer' }),
        ),
      );
    },
    capture: async (input: unknown) => {
      const { idempotencyKey: key, ...asked } = readInput(captureInput, whole(input));
      return command((scope) => captureHold(scope, { ...asked, key, source: 'wallet.capture' }));
    },
    release: async (input: unknown) => {
      const asked = readInput(releaseInput, whole(input));
      return command((scope) => releaseHold(scope, asked));
    },
    extend: async (input: unknown) => {
      const { until, ...asked } = readInput(extendInput, whole(input));
      return command((scope) => extendHold(scope, { ...asked, until: momentOf(scope, until) }));
    },
    statement: async (input: unknown) => {
      const asked = readInput(statementInput, whole(input));
      return read((scope) => listEntries(scope, asked));
    },
    grants: async (input: unknown) => {
      const asked = readInput(balanceInput, whole(input));
      return read(async (scope) => (await readBalance(scope, asked)).grants);
    },
    setLimits: async (input: unknown) => {
      const asked = readInput(limitsInput, whole(input));
      return command(async (scope) =>
        balanceOf(unitOf(scope, asked.unit), await setLimits(scope, asked)),
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
