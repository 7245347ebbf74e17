/** `ledger` of a kit: checking the books, explaining them, and reading them as they were. */

import type { AnyKeys } from '../catalog/index.ts';
import { readInput } from '../kernel/index.ts';
import {
  balanceAt,
  balanceAtInput,
  explain,
  explainInput,
  verify,
  verifyInput,
} from '../ledger/index.ts';
import type { Binding } from './binding.ts';
import type { Kit } from './kit.ts';

/** The verbs of `ledger`, of one binding. */
export function bindLedger({ command, read }: Binding): Kit<AnyKeys>['ledger'] {
  return {
    verify: (input) => {
      const asked = readInput(verifyInput, input ?? {});
      return asked.mark
        ? command((scope) => verify(scope, asked))
        : read((scope) => verify(scope, asked));
    },
    explain: (input) => {
      const asked = readInput(explainInput, input);
      return read((scope) => explain(scope, asked));
    },
    balanceAt: (input) => {
      const asked = readInput(balanceAtInput, input);
      return read((scope) => balanceAt(scope, asked));
    },
  };
}
