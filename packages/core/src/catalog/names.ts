/** Which names a definition knows. What was left out for a mistake of its own counts as known. */
import type { Fault } from '../kernel/index.ts';
import type { Credits } from './definition.ts';
import type { ReadDefinition } from './read-definition.ts';

/** Questions and complaints about names, over one definition. */
export function namesOf({ definition, isLeftOut }: ReadDefinition) {
  const { units, features, plans, offers } = definition;
  const groups = new Set(Object.values(offers).map(({ group }) => group));
  const hasUnit = (key: string) => Object.hasOwn(units, key) || isLeftOut('units', key);
  const hasPlan = (key: string) => Object.hasOwn(plans, key) || isLeftOut('plans', key);
  const featureNamed = (key: string) => (Object.hasOwn(features, key) ? features[key] : undefined);
  /** What can be granted and spent. */
  const hasBalance = (key: string) =>
    hasUnit(key) || featureNamed(key)?.kind === 'metered' || isLeftOut('features', key);

  const offerNamed = (key: string) => (Object.hasOwn(offers, key) ? offers[key] : undefined);

  return {
    hasPlan,
    offerNamed,
    hasOffer: (key: string) => offerNamed(key) !== undefined || isLeftOut('offers', key),
    /** An offer that was left out may have had any. */
    hasGroup: (group: string) => groups.has(group) || isLeftOut('offers'),
    hasBalance,
    featureNamed,
    isKnownFeature: (key: string) => featureNamed(key) !== undefined || isLeftOut('features', key),
    creditFaults(feature: string, { unit }: Credits, at: string): Fault[] {
      const pointer = `${at}/credits/unit`;
      if (unit === feature)
        return [{ pointer, detail: 'must be another unit than the feature itself' }];
      return hasBalance(unit) ? [] : [{ pointer, detail: `names no unit: ${unit}` }];
    },
    priceFaults(price: Readonly<Record<string, number>> | undefined, at: string): Fault[] {
      return Object.keys(price ?? {})
        .filter((unit) => !hasUnit(unit))
        .map((unit) => ({ pointer: `${at}/price/${unit}`, detail: 'is not among the units' }));
    },
  };
}
