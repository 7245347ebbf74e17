/** Reading `createBursar`'s options: unknown keys and impossible values are refused before anything is opened. */

import type { CatalogSpec } from '../catalog/index.ts';
import { type Clock, ConfigurationError, type Logger, systemClock } from '../kernel/index.ts';
import type { BursarOptions } from './kit-options.ts';

export type Options = {
  readonly catalog: CatalogSpec;
  readonly database: unknown;
  readonly clock: Clock;
  readonly schema: string;
  readonly migrate: boolean;
  readonly logger: Logger;
  readonly allowEmbedded: boolean;
  readonly tenant: string;
};

const known = [
  'catalog',
  'database',
  'clock',
  'schema',
  'migrate',
  'logger',
  'allowEmbedded',
  'tenant',
];

/**
 * The options with their defaults.
 * @throws {ConfigurationError} Says which option is wrong and what it may be.
 */
export function readOptions(given: BursarOptions): Options {
  const unknown = Object.keys(given).filter((key) => !known.includes(key));
  if (unknown.length > 0)
    throw new ConfigurationError(
      `createBursar does not know ${unknown.join(', ')}; its options are ${known.join(', ')}.`,
    );
  const spec = given.catalog?.spec;
  if (!spec) throw new ConfigurationError('catalog must be what defineCatalog gives.');
  const clock = given.clock ?? systemClock;
  if (typeof clock.now !== 'function')
    throw new ConfigurationError('clock must have a now() that gives a Date.');
  return {
    catalog: spec,
    database: given.database ?? process.env.DATABASE_URL ?? 'file:./.bursar',
    clock,
    schema: given.schema ?? 'bursar',
    migrate: given.migrate ?? true,
    logger: given.logger ?? quiet,
    allowEmbedded: given.allowEmbedded ?? false,
    tenant: given.tenant ?? 'default',
  };
}

/** Says nothing unless something is wrong; then it goes where Node's own warnings go. */
const quiet: Logger = {
  debug() {},
  info() {},
  warn: warn,
  error: warn,
};

function warn(facts: object, message: string): void {
  const { err } = facts as { err?: unknown };
  process.emitWarning(
    err instanceof Error ? `${message}: ${err.message}` : message,
    'BursarWarning',
  );
}
