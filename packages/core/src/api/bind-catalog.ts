/** `catalog` of a kit: what is declared, for pages that show all of it. */
import { type AnyKeys, findOffers } from '../catalog/index.ts';
import { readInput } from '../kernel/index.ts';
import { listPlans } from '../subscriptions/index.ts';
import type { Binding } from './binding.ts';
import { findOffersInput } from './inputs.ts';
import type { Kit } from './kit.ts';

/** The verbs of `catalog`, of one binding. */
export function bindCatalog({ read }: Binding): Kit<AnyKeys>['catalog'] {
  return {
    plans: (input) => read((scope) => listPlans(scope, input)),
    offers: async (input) => {
      const asked = readInput(findOffersInput, input);
      return read(async (scope) => findOffers(scope, asked));
    },
  };
}
