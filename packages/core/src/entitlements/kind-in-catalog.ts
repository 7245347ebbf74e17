/** What a guard asks of the catalogue before any request comes. */

import type { GuardCatalog } from '../http/index.ts';
import { ConfigurationError } from '../kernel/index.ts';

/**
 * The kind of a feature a guard names.
 * @throws {ConfigurationError} The catalogue has no such feature.
 */
export function kindInCatalog(catalog: GuardCatalog, feature: string): string {
  const found = Object.hasOwn(catalog.features, feature) ? catalog.features[feature] : undefined;
  if (!found) throw new ConfigurationError(`The catalogue has no feature '${feature}'.`);
  return found.kind;
}
