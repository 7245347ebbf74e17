/**
 * What the three guards decide, as data: the engine in `http/` runs them on requests of any framework.
 *
 * A guard that could never pass (an unknown key, a wrong kind) throws when it is made, not when a request comes.
 */
import type { Guards } from '../http/index.ts';
import { ConfigurationError } from '../kernel/index.ts';
import { consumes } from './consumes-guard.ts';
import { kindInCatalog } from './kind-in-catalog.ts';
import { checkBalance } from './operations/check-balance.ts';
import { checkFeature, decideUncounted } from './operations/check-feature.ts';
import { checkSubscribed, decideSubscribed } from './operations/check-subscribed.ts';
import { recallSubject } from './subject.ts';

export const guards: Guards = {
  subscribed: {
    name: 'subscribed',
    check(catalog, { feature }) {
      if (feature !== undefined) kindInCatalog(catalog, feature);
    },
    decide: (scope, { customer }, { feature }) =>
      feature === undefined
        ? checkSubscribed(scope, { customer })
        : checkFeature(scope, { customer, feature, amount: 0 }),
    decideAtOnce(scope, { customer }, { feature }) {
      const subject = recallSubject(scope, customer);
      if (!subject) return null;
      if (feature === undefined) return decideSubscribed(subject);
      return decideUncounted(scope, subject, { customer, feature, amount: 0 });
    },
  },
  minBalance: {
    name: 'minBalance',
    check(catalog, { unit, amount }) {
      if (!Object.hasOwn(catalog.units, unit))
        throw new ConfigurationError(`minBalance('${unit}'): the catalogue has no such unit.`);
      if (!Number.isSafeInteger(amount) || amount <= 0) {
        throw new ConfigurationError(
          `minBalance('${unit}', ${amount}): send a whole number above 0, in the unit's smallest part.`,
        );
      }
    },
    decide: (scope, { customer }, { unit, amount }) =>
      checkBalance(scope, { customer, unit, amount }),
  },
  consumes,
};
