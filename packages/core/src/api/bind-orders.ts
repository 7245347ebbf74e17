/** The verbs of what sells, over one context. */
import { readInput } from '../kernel/index.ts';
import { listOffers, listOffersInput } from '../orders/index.ts';
import type { Binding } from './binding.ts';

/** The verbs of `offers`. */
export function bindOffers(binding: Binding) {
  return {
    list: async (input?: unknown) => {
      const asked = readInput(listOffersInput, binding.whole(input));
      return binding.read((scope) => listOffers(scope, asked));
    },
  };
}
