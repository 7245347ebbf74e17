/** The offers of the catalogue as it declares them, for whoever looks through all of it: locked ones too. Reads no rows. */
import type { Scope } from '../kernel/index.ts';
import { type Money, moneyOf } from './money.ts';
import type { OfferSpec } from './spec.ts';

export type FindOffers = {
  readonly group?: string | undefined;
  /** Unlocked by any of these groups; an empty list filters nothing. */
  readonly unlockedBy?: readonly string[] | undefined;
  /** An empty list filters nothing. */
  readonly tags?: readonly string[] | undefined;
  /** Whether one of the tags is enough, as it is unless said. */
  readonly match?: 'any' | 'all' | undefined;
  /** Archived ones too. */
  readonly archived?: boolean | undefined;
};

/** An offer as anyone may see it. */
export type PublishedOffer = Omit<OfferSpec, 'price' | 'grants'> & {
  /** Of one piece, per currency. */
  readonly price: readonly Money[];
  /** Of one piece, per unit. */
  readonly grants: readonly Money[];
  /** What is bought of its group unlocks other offers. */
  readonly hasDependentOffers: boolean;
};

/** The offers that meet every filter, in the order of the catalogue. */
export function findOffers(scope: Scope, input: FindOffers = {}): readonly PublishedOffer[] {
  const { group, unlockedBy = [], tags = [], match = 'any', archived = false } = input;
  const offers = Object.values(scope.ports.catalog.offers);
  return offers
    .filter((offer) => group === undefined || offer.group === group)
    .filter((offer) => archived || !offer.archived)
    .filter((offer) => unlockedBy.length === 0 || meets(offer.unlockedBy, unlockedBy))
    .filter(
      (offer) =>
        tags.length === 0 || (match === 'any' ? meets(offer.tags, tags) : carriesAll(offer, tags)),
    )
    .map((offer) => publishOffer(scope, offer));
}

/** True for an offer with all of the tags. */
export function carriesAll(offer: OfferSpec, tags: readonly string[]): boolean {
  return tags.every((tag) => offer.tags.includes(tag));
}

/** An offer with its amounts as they are shown. */
export function publishOffer(scope: Scope, offer: OfferSpec): PublishedOffer {
  const { group } = offer;
  const others = Object.values(scope.ports.catalog.offers);
  return {
    ...offer,
    price: amountsOf(scope, offer.price),
    grants: amountsOf(scope, offer.grants),
    hasDependentOffers: group !== null && others.some((other) => other.unlockedBy.includes(group)),
  };
}

function meets(some: readonly string[], others: readonly string[]): boolean {
  return some.some((one) => others.includes(one));
}

function amountsOf(scope: Scope, amounts: Readonly<Record<string, number>>): Money[] {
  return Object.entries(amounts).map(([unit, amount]) => moneyOf(scope, unit, amount));
}
