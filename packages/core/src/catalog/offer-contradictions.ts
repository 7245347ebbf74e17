/** What an offer says of units, plans, groups and other offers that is not so. */
import type { Fault } from '../kernel/index.ts';
import type { Definition } from './definition-schema.ts';
import { namesOf } from './names.ts';
import type { ReadDefinition } from './read-definition.ts';

/** The faults of all offers. */
export function offerFaults(read: ReadDefinition): Fault[] {
  const { priceFaults, hasPlan, hasBalance, hasGroup } = namesOf(read);
  return Object.entries(read.definition.offers).flatMap(([key, offer]) => {
    const { price, plan, grants, unlockedBy } = offer;
    const at = `/offers/${key}`;
    return [
      ...priceFaults(price, at),
      ...(plan === undefined || hasPlan(plan)
        ? []
        : [{ pointer: `${at}/plan`, detail: `names no plan: ${plan}` }]),
      ...Object.keys(grants ?? {})
        .filter((unit) => !hasBalance(unit))
        .map((unit) => ({ pointer: `${at}/grants/${unit}`, detail: 'names no unit' })),
      ...(unlockedBy ?? []).flatMap((group, index) =>
        hasGroup(group)
          ? []
          : [{ pointer: `${at}/unlockedBy/${index}`, detail: `is no offer's group: ${group}` }],
      ),
      ...itemFaults(read, { key, items: offer.items ?? [] }),
    ];
  });
}

type Items = NonNullable<Definition['offers'][string]['items']>;

/** An item exists, is named once, and is no bundle itself. */
function itemFaults(read: ReadDefinition, { key, items }: { key: string; items: Items }): Fault[] {
  const { hasOffer, offerNamed } = namesOf(read);
  return items.flatMap(({ offer }, index) => {
    const pointer = `/offers/${key}/items/${index}/offer`;
    if (!hasOffer(offer)) return [{ pointer, detail: `names no offer: ${offer}` }];
    if (offer === key || (offerNamed(offer)?.items?.length ?? 0) > 0)
      return [{ pointer, detail: `is a bundle itself: ${offer}` }];
    return items.findIndex((item) => item.offer === offer) < index
      ? [{ pointer, detail: `is named twice: ${offer}` }]
      : [];
  });
}
