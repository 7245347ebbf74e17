/** The wallet's verbs over one binding. */
import { audited } from '../audit/index.ts';
import { unitOf } from '../catalog/index.ts';
import { readInput } from '../kernel/index.ts';
import {
  balanceInput,
  balanceOf,
  captureHold,
  captureInput,
  extendHold,
  extendInput,
  grantInput,
  limitsInput,
  listEntries,
  readBalance,
  releaseHold,
  releaseInput,
  setLimits,
  statementInput,
  voidGrant,
} from '../ledger/index.ts';
import { expiryOf } from './bind-holding.ts';
import { bindMoves } from './bind-moves.ts';
import type { Binding } from './binding.ts';
import { namedCustomerInput } from './inputs.ts';
import { listBalances } from './list-balances.ts';

/** All of `wallet`; `hold` is the kit's own. */
export function bindWallet(binding: Binding, hold: (input: unknown) => Promise<unknown>) {
  return { hold, ...bindMoves(binding), ...bindHolds(binding), ...bindBalances(binding) };
}

function bindHolds({ command, whole }: Binding) {
  return {
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
      return command((scope) =>
        extendHold(scope, { ...asked, until: expiryOf(scope, until, '/until') }),
      );
    },
  };
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
    grants: async (input: unknown) => {
      const asked = readInput(balanceInput, whole(input));
      return read(async (scope) => (await readBalance(scope, asked)).grants);
    },
    setLimits: async (input: unknown) => {
      const { reason, ...asked } = readInput(limitsInput, whole(input));
      return command(async (scope) => {
        const { customer, unit, floor = null, ceiling = null, inherit = false } = asked;
        const figures = await audited(
          scope,
          reason,
          (inner) => setLimits(inner, asked),
          () => ({
            ...{ operation: 'wallet.setLimits', customer, subject: { type: 'balance', id: unit } },
            facts: { floor, ceiling, inherit },
          }),
        );
        return balanceOf(unitOf(scope, asked.unit), figures);
      });
    },
    voidGrant: async (input: unknown) => {
      const { reason, ...asked } = readInput(grantInput, whole(input));
      return command(async (scope) => {
        const { unit, figures } = await audited(
          scope,
          reason,
          (inner) => voidGrant(inner, asked),
          ({ customer, unit: of, amount }) => ({
            ...{ operation: 'wallet.voidGrant', customer },
            subject: { type: 'grant', id: asked.grant },
            facts: { unit: of, amount },
          }),
        );
        return balanceOf(unitOf(scope, unit), figures);
      });
    },
  };
}
