/** What a visitor may see on a page of offers. */
import { carriesAll, type PublishedOffer, publishOffer } from '../../catalog/index.ts';
import { findCustomer } from '../../customers/index.ts';
import type { Scope } from '../../kernel/index.ts';
import { groupsHeld } from '../groups-held.ts';
import { listed } from '../offers.ts';

export type ListOffers = {
  /** Left out or unknown: a stranger, who sees the regular ones. */
  readonly customer?: string | undefined;
  /** Only offers that carry all of them; an empty list filters nothing. */
  readonly tags?: readonly string[] | undefined;
  /** Adds those the visitor has not unlocked, marked `locked`, after the others. */
  readonly includeLocked?: boolean | undefined;
};

export type ListedOffer = PublishedOffer & { readonly locked: boolean };

/**
 * Regular offers, and in place of or after them what the customer's purchases have unlocked. Archived ones never. Writes
 * nothing; two unlocked offers that are equally heavy under one key are warned of.
 */
export async function listOffers(
  scope: Scope,
  { customer, tags = [], includeLocked = false }: ListOffers = {},
): Promise<readonly ListedOffer[]> {
  const known = customer === undefined ? null : await findCustomer(scope, customer);
  const groups = known ? await groupsHeld(scope, known.id) : new Set<string>();
  const onSale = Object.values(scope.ports.catalog.offers).filter(
    (offer) => !offer.archived && carriesAll(offer, tags),
  );
  const list = listed({
    ...{ offers: onSale, groups, includeLocked },
    onTie: (key, offers) =>
      scope.logger.warn({ key, offers }, 'Offers of one key are equally heavy; the first stays'),
  });
  return list.map(({ offer, locked }) => ({ ...publishOffer(scope, offer), locked }));
}
