/** The verbs of withdrawals, over one context. Each reads its input and runs its operation; nothing is decided here. */
import { readInput } from '../kernel/index.ts';
import {
  approveWithdrawal,
  approveWithdrawalInput,
  cancelWithdrawal,
  cancelWithdrawalInput,
  getWithdrawal,
  getWithdrawalInput,
  listWithdrawals,
  listWithdrawalsInput,
  markPaid,
  markPaidInput,
  rejectWithdrawal,
  rejectWithdrawalInput,
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

/** What operators decide: on the kit alone, no customer's handle has it. */
export function bindReview({ command, whole, queued }: Binding) {
  return {
    approve: async (input: unknown) => {
      const asked = readInput(approveWithdrawalInput, whole(input));
      const approved = await command((scope) => approveWithdrawal(scope, asked));
      queued();
      return approved;
    },
    reject: async (input: unknown) => {
      const asked = readInput(rejectWithdrawalInput, whole(input));
      return command((scope) => rejectWithdrawal(scope, asked));
    },
    markPaid: async (input: unknown) => {
      const asked = readInput(markPaidInput, whole(input));
      return command((scope) => markPaid(scope, asked));
    },
  };
}
