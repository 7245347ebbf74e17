/**
 * Declaring a catalogue in code. A bad one throws here, at once, with every mistake listed.
 *
 * The types only check what a literal shows; everything is looked at again at run time, for hosts in JavaScript and
 * for values that come from elsewhere.
 */
import type { z } from 'zod';
import type { Fault } from '../kernel/index.ts';
import { findContradictions } from './contradictions.ts';
import type {
  CheckedFeatures,
  FeatureDefinition,
  KeysOf,
  OfferDefinition,
  PlanDefinition,
  UnitDefinition,
} from './definition.ts';
import { definitionSchema } from './definition-schema.ts';
import { CatalogError } from './errors.ts';
import { normalise } from './normalise.ts';
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
  units?: U;
  features: F & CheckedFeatures<NoInfer<F>>;
  plans?: Record<P, PlanDefinition<NoInfer<U>, NoInfer<F>, NoInfer<P>>>;
  offers?: Record<O, OfferDefinition<NoInfer<U>, NoInfer<F>, NoInfer<P>>>;
}): Catalog<KeysOf<U, F, P, O>> {
  const read = definitionSchema.safeParse(catalog);
  if (!read.success) throw new CatalogError(read.error.issues.flatMap(faultsOf));
  const faults = findContradictions(read.data);
  if (faults.length > 0) throw new CatalogError(faults);
  return { spec: normalise(read.data) };
}

function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  const pointer = `/${issue.path.map(String).join('/')}`;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ pointer: `${pointer}/${key}`, detail: 'is no option here' }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    return [
      {
        pointer,
        detail: `${issue.message}: ${issue.errors
          .flat()
          .map((one) => one.message)
          .join(', or ')}`,
      },
    ];
  }
  return [{ pointer, detail: issue.message }];
}
