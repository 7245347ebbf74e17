/**
 * Declaring a catalogue in code. A bad one throws here, at once, with every mistake listed.
 *
 * The types only check what a literal shows; everything is looked at again at run time, for hosts in JavaScript and
 * for values that come from elsewhere.
 */
import { findContradictions } from './contradictions.ts';
import type {
  CheckedFeatures,
  FeatureDefinition,
  KeysOf,
  PlanDefinition,
  UnitDefinition,
} from './definition.ts';
import { CatalogError } from './errors.ts';
import { normalise } from './normalise.ts';
import type { OfferDefinition } from './offer-definition.ts';
import { readDefinition } from './read-definition.ts';
import type { Catalog } from './spec.ts';

/**
 * Checks and completes a catalogue.
 * @throws {CatalogError} Unknown options, wrong values, keys that name nothing: all of them at once.
 */
export function defineCatalog<
  const U extends Record<string, UnitDefinition>,
  const F extends Record<string, FeatureDefinition>,
  P extends string = never,
  O extends string = never,
>(catalog: {
  units?: U | undefined;
  features: F & CheckedFeatures<NoInfer<F>>;
  plans?: Record<P, PlanDefinition<NoInfer<U>, NoInfer<F>, NoInfer<P>>> | undefined;
  offers?: Record<O, OfferDefinition<NoInfer<U>, NoInfer<F>, NoInfer<P>, NoInfer<O>>> | undefined;
}): Catalog<KeysOf<U, F, P, O>> {
  const read = readDefinition(catalog);
  const faults = [...read.faults, ...findContradictions(read)];
  if (faults.length > 0) throw new CatalogError(faults);
  return { spec: normalise(read.definition) };
}
