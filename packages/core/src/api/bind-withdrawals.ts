/** The verbs of withdrawals, over one context. Each reads its input and runs its operation; nothing is decided here. */
import { readInput } from '../kernel/index.ts';
import {
  cancelWithdrawal,
  cancelWithdrawalInput,
  getWithdrawal,
  getWithdrawalInput,
  listWithdrawals,
  listWithdrawalsInput,
  requestWithdrawal,
  requestWithdrawalInput,
} from '../withdrawals/index.ts';
import type { Binding } from './binding.ts';

/** What customers do with their own. */
export function bindWithdrawals({ command, read, whole, given }: Binding) {
  const { kind } = given;
  return {
    request: async (input: unknown) => {
      const asked = readInput(requestWithdrawalInput, whole(input));
      const known = { ...(kind !== undefined && { kind }), ...asked };
      return command((scope) => requestWithdrawal(scope, known));
    },
    get: async (input: unknown) => {
      const asked = readInput(getWithdrawalInput, whole(input));
      return read((scope) => getWithdrawal(scope, asked));
    },
    list: async (input?: unknown) => {
      const asked = readInput(listWithdrawalsInput, whole(input));
      return read((scope) => listWithdrawals(scope, asked));
    },
    cancel: async (input: unknown) => {
      const asked = readInput(cancelWithdrawalInput, whole(input));
      return command((scope) => cancelWithdrawal(scope, asked));
    },
  };
}
