/** The newest version of an offer as it is stored, for an order to freeze. */
import { document, integer, type Scope, sql, text } from '../../kernel/index.ts';
import type { OfferSpec } from '../spec.ts';

export type OfferVersion = {
  readonly id: number;
  readonly version: number;
  readonly offer: OfferSpec;
};

/** The newest version of each offer by its key; one that this tenant does not have is left out. */
export async function newestOffers(
  scope: Scope,
  keys: readonly string[],
): Promise<ReadonlyMap<string, OfferVersion>> {
  const found = await scope.many(
    sql`
    select distinct on (offer.id) offer.key, version.id, version.version, version.definition
      from bursar.offers as offer
      join bursar.offer_versions as version on (version.tenant_id, version.offer_id) = (offer.tenant_id, offer.id)
     where offer.tenant_id = ${scope.tenant.id}::int and offer.archived_at is null
       and offer.key in (select jsonb_array_elements_text(${JSON.stringify(keys)}::text::jsonb))
     order by offer.id, version.version desc
     limit ${keys.length}::int`,
    (row) => ({
      key: text(row.key),
      version: {
        id: integer(row.id),
        version: integer(row.version),
        offer: document<OfferSpec>(row.definition),
      },
    }),
  );
  return new Map(found.map(({ key, version }) => [key, version]));
}
