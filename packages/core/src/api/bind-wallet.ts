/** The wallet's verbs over one binding. */
import { unitOf } from '../catalog/index.ts';
import { readInput, type Scope } from '../kernel/index.ts';
import {
  balanceInput,
  balanceOf,
  captureHold,
  captureInput,
  extendHold,
  extendInput,
  holdsInput,
  InvalidStateError,
  listEntries,
  listHolds,
  listOwed,
  owedInput,
  readBalance,
  releaseHold,
  releaseInput,
  statementInput,
  sumEntries,
  totalsInput,
} from '../ledger/index.ts';
import { isHeldForOrder, listWarnings, listWarningsInput, sweepCredits } from '../orders/index.ts';
import { isHeldForRefund } from '../refunds/index.ts';
import { isHeldForWithdrawal } from '../withdrawals/index.ts';
import { bindCorrections } from './bind-corrections.ts';
import { expiryOf } from './bind-holding.ts';
import { bindMoves } from './bind-moves.ts';
import { bindTopUps } from './bind-top-ups.ts';
import type { Binding } from './binding.ts';
import { namedCustomerInput } from './inputs.ts';
import { listBalances } from './list-balances.ts';
import { bindQueue } from './queued-change.ts';

/** All of `wallet`; `hold` is the kit's own. */
export function bindWallet(binding: Binding, hold: (input: unknown) => Promise<unknown>) {
  return {
    ...{ hold, ...bindMoves(binding), ...bindQueue(binding), ...bindHolds(binding) },
    ...{ ...bindBalances(binding), ...bindCorrections(binding), ...bindTopUps(binding) },
  };
}

function bindHolds({ command, read, whole }: Binding) {
  return {
    holds: async (input?: unknown) => {
      const asked = readInput(holdsInput, whole(input));
      return read((scope) => listHolds(scope, asked));
    },
    capture: async (input: unknown) => {
      const { idempotencyKey: key, ...asked } = readInput(captureInput, whole(input));
      return command(async (scope) => {
        await refuseReserved(scope, asked.hold);
        return captureHold(scope, { ...asked, key, source: 'wallet.capture' });
      });
    },
    release: async (input: unknown) => {
      const asked = readInput(releaseInput, whole(input));
      return command(async (scope) => {
        await refuseReserved(scope, asked.hold);
        return releaseHold(scope, asked);
      });
    },
    extend: async (input: unknown) => {
      const { until, ...asked } = readInput(extendInput, whole(input));
      return command(async (scope) => {
        await refuseReserved(scope, asked.hold);
        return extendHold(scope, { ...asked, until: expiryOf(scope, until, '/until') });
      });
    },
  };
}

/** What a withdrawal, an order or a refund sets aside moves with it alone: else it could be paid and spent. */
async function refuseReserved(scope: Scope, hold: string): Promise<void> {
  if (await isHeldForWithdrawal(scope, hold))
    throw new InvalidStateError(`Hold ${hold} belongs to a withdrawal: cancel or reject that.`);
  if (await isHeldForOrder(scope, hold))
    throw new InvalidStateError(`Hold ${hold} pays an order: cancel or confirm that.`);
  if (await isHeldForRefund(scope, hold))
    throw new InvalidStateError(
      `Hold ${hold} belongs to a refund or a dispute: it ends with that.`,
    );
}

function bindBalances({ command, read, whole }: Binding) {
  return {
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
    statement: async (input: unknown) => {
      const asked = readInput(statementInput, whole(input));
      return read((scope) => listEntries(scope, asked));
    },
    owed: async (input?: unknown) => {
      const asked = readInput(owedInput, whole(input));
      return read((scope) => listOwed(scope, asked));
    },
    totals: async (input: unknown) => {
      const asked = readInput(totalsInput, whole(input));
      return read((scope) => {
        if (asked.unit !== undefined) unitOf(scope, asked.unit);
        return sumEntries(scope, asked);
      });
    },
    warnings: async (input?: unknown) => {
      const asked = readInput(listWarningsInput, whole(input));
      return read((scope) => listWarnings(scope, asked));
    },
    sweep: async (input?: unknown) => {
      const asked = readInput(listWarningsInput, whole(input));
      return command((scope) => sweepCredits(scope, asked));
    },
    grants: async (input: unknown) => {
      const asked = readInput(balanceInput, whole(input));
      return read(async (scope) => (await readBalance(scope, asked)).grants);
    },
  };
}
