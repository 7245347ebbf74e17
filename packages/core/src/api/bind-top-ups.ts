/** The wallet's verbs about what is bought by itself. */
import { readInput } from '../kernel/index.ts';
import {
  autoTopUpInput,
  findAutoTopUp,
  removeAutoTopUp,
  setAutoTopUp,
  setAutoTopUpInput,
} from '../topups/index.ts';
import type { Binding } from './binding.ts';

/** Over one binding. */
export function bindTopUps({ command, read, whole }: Binding) {
  return {
    setAutoTopUp: async (input: unknown) => {
      const asked = readInput(setAutoTopUpInput, whole(input));
      return command((scope) => setAutoTopUp(scope, asked));
    },
    autoTopUp: async (input: unknown) => {
      const asked = readInput(autoTopUpInput, whole(input));
      return read((scope) => findAutoTopUp(scope, asked));
    },
    removeAutoTopUp: async (input: unknown) => {
      const asked = readInput(autoTopUpInput, whole(input));
      return command((scope) => removeAutoTopUp(scope, asked));
    },
  };
}
