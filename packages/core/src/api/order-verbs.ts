/** What sells: the verbs of `offers`, written once for the kit and for a customer's handle. */
import type { ListedOffer, ListOffers } from '../orders/index.ts';
import type { Perhaps, Without } from './asked.ts';

export interface OfferVerbs<With> {
  /**
   * What a visitor may see: regular offers, and what the customer's paid purchases have unlocked, which stands in the place of
   * regular ones of the same key. On the kit without a customer: a stranger.
   */
  list(input?: Perhaps<With> & Without<ListOffers, never>): Promise<readonly ListedOffer[]>;
}
