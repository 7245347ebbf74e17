/** The door of the catalogue: units, features, plans and offers, as defined in code and as stored per tenant. */
export { defineCatalog } from './define-catalog.ts';
export type {
  AnyKeys,
  CheckedFeatures,
  Credits,
  Duration,
  FeatureDefinition,
  Keys,
  KeysOf,
  PlanDefinition,
  RuntimeKey,
  SchemaOutput,
  StandardSchema,
  UnitDefinition,
} from './definition.ts';
export { CatalogError, UnitUnknownError } from './errors.ts';
export {
  carriesAll,
  type FindOffers,
  findOffers,
  type PublishedOffer,
  publishOffer,
} from './find-offers.ts';
export {
  defaultPlans,
  featureIdOf,
  featureOf,
  findFeatureId,
  findUnitId,
  unitIdOf,
  unitOf,
} from './lookup.ts';
export { type Money, moneyOf } from './money.ts';
export type { Cycle, OfferDefinition } from './offer-definition.ts';
export { ensureCatalog } from './operations/ensure-catalog.ts';
export { newestOffers, type OfferVersion } from './operations/find-offer-version.ts';
export { newestVersion, type PlanVersion, versionById } from './operations/find-version.ts';
export type {
  BundleItem,
  Catalog,
  CatalogSpec,
  FeatureSpec,
  OfferSpec,
  PlanItem,
  PlanSpec,
  UnitSpec,
} from './spec.ts';
