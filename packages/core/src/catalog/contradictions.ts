/** What one part of a catalogue says of another that is not so: keys that name nothing, values no schema takes. */
import type { Fault } from '../kernel/index.ts';
import { namesOf } from './names.ts';
import { offerFaults } from './offer-contradictions.ts';
import { planFaults } from './plan-contradictions.ts';
import type { ReadDefinition } from './read-definition.ts';

/** Every contradiction, with a pointer to where it stands. */
export function findContradictions(read: ReadDefinition): Fault[] {
  return [
    ...unitFaults(read),
    ...featureFaults(read),
    ...planFaults(read),
    ...defaultFaults(read),
    ...offerFaults(read),
  ];
}

function unitFaults({ definition: { units, features } }: ReadDefinition): Fault[] {
  return Object.entries(units).flatMap(([key, { floor, max }]) => [
    ...(Object.hasOwn(features, key)
      ? [
          {
            pointer: `/units/${key}`,
            detail: 'is a feature too: a metered feature is its own unit',
          },
        ]
      : []),
    ...(typeof floor === 'number' && typeof max === 'number' && floor > max
      ? [{ pointer: `/units/${key}/max`, detail: `must not be below the floor of ${floor}` }]
      : []),
  ]);
}

function featureFaults(read: ReadDefinition): Fault[] {
  const { creditFaults } = namesOf(read);
  return Object.entries(read.definition.features).flatMap(([key, feature]) =>
    feature.kind === 'metered' && feature.credits
      ? creditFaults(key, feature.credits, `/features/${key}`)
      : [],
  );
}

/** At most one default plan per family, and a default is of some family. */
function defaultFaults({ definition: { plans } }: ReadDefinition): Fault[] {
  const seen = new Map<string, string>();
  return Object.entries(plans).flatMap(([key, plan]) => {
    if (!plan.default) return [];
    const pointer = `/plans/${key}/default`;
    if (plan.family === null)
      return [{ pointer, detail: 'needs a family: it is what who has no other of it has' }];
    const family = plan.family ?? 'main';
    const other = seen.get(family);
    seen.set(family, key);
    return other === undefined
      ? []
      : [{ pointer, detail: `the family ${family} has a default already: ${other}` }];
  });
}
