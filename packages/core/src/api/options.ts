/** Reading `createBursar`'s options: unknown keys and impossible values are refused before anything is opened. */
import type { CatalogSpec } from '../catalog/index.ts';
import type { CustomerRules } from '../customers/index.ts';
import {
  type Clock,
  ConfigurationError,
  carefulLogger,
  type Logger,
  migratedTemplate,
  systemClock,
} from '../kernel/index.ts';
import { migrationsFolder } from '../migrations-folder.ts';
import type { Gateways } from '../payments/index.ts';
import type { RateProviders, Rates } from '../rates/index.ts';
import { type Triggers, triggerSettings } from '../referrals/index.ts';
import { readConfiguredSettings, type Setting } from '../settings/index.ts';
import type { PayoutDrivers } from '../withdrawals/index.ts';
import { readCustomers } from './customer-options.ts';
import { readGateways } from './gateway-options.ts';
import type { BursarOptions } from './kit-options.ts';
import { readLinks } from './link-options.ts';
import { type Pool, readPool } from './pool-options.ts';
import { isRates } from './rate-options.ts';
import { readTriggers } from './trigger-options.ts';
import { readWall } from './wall-options.ts';
import { readWebhooks } from './webhook-options.ts';

export type Options = {
  readonly catalog: CatalogSpec;
  readonly database: unknown;
  readonly clock: Clock;
  readonly schema: string;
  readonly migrate: boolean;
  readonly logger: Logger;
  readonly allowEmbedded: boolean;
  readonly tenant: string;
  readonly prepare: boolean;
  readonly directUrl: string | undefined;
  readonly rls: boolean;
  readonly cache: boolean;
  readonly batch: boolean;
  readonly worker: boolean;
  readonly pool: Pool;
  readonly rates: Rates | RateProviders | undefined;
  readonly triggers: Triggers;
  readonly ownSettings: Readonly<Record<string, Setting>>;
  /** What the option `settings` says, by key. */
  readonly configuredSettings: ReadonlyMap<string, unknown>;
  readonly customers: CustomerRules;
  readonly linkSecrets: readonly string[];
  readonly gateways: ((tenant: string) => Promise<Gateways>) | undefined;
  readonly payouts: PayoutDrivers;
  readonly webhooks: { readonly allowPrivate: boolean; readonly timeoutMilliseconds: number };
  /** What `memory://` begins with where tables are to be made: a copy is there in a fifth of the time. No host says it. */
  readonly template: (() => Promise<Blob>) | undefined;
};

type Rule = readonly [holds: (value: unknown) => boolean, mustBe: string];

/** Every option there is, and what it must be where it is given. */
const rules: Readonly<Record<keyof BursarOptions, Rule>> = {
  catalog: [(value) => has(value, ['spec']), 'what defineCatalog gives'],
  database: [
    (value) => isText(value) || typeof value === 'function' || isObject(value),
    'a URL or an open handle',
  ],
  clock: [(value) => calls(value, ['now']), 'something with a now() that gives a Date'],
  schema: [
    (value) => isText(value) && /^[a-z_][a-z0-9_]{0,62}$/.test(value),
    'lower-case letters, digits and "_", 63 at most',
  ],
  migrate: [isFlag, 'true or false'],
  logger: [
    (value) => calls(value, ['debug', 'info', 'warn', 'error']),
    'something with debug, info, warn and error',
  ],
  allowEmbedded: [isFlag, 'true or false'],
  tenant: [(value) => isText(value) && value.length <= 255, 'a text of 1 to 255 characters'],
  prepare: [isFlag, 'true or false'],
  directUrl: [(value) => isText(value) && /^postgres(ql)?:\/\//.test(value), 'a postgres:// URL'],
  rls: [isFlag, 'true or false'],
  cache: [isFlag, 'true or false'],
  batch: [isFlag, 'true or false'],
  worker: [isFlag, 'true or false'],
  pool: [isObject, 'an object of limits'],
  gateways: [
    (value) => typeof value === 'function' || isObject(value),
    'gateways by name, or a function of the tenant that gives them',
  ],
  payouts: [
    (value) => isObject(value) && Object.values(value).every((one) => calls(one, ['send', 'find'])),
    'drivers with send() and find(), by method',
  ],
  webhooks: [isObject, 'an object with allowPrivate and timeoutMilliseconds'],
  triggers: [isObject, 'triggers by their alias'],
  settings: [isObject, 'values by key, flat or nested'],
  referrals: [isObject, '{ secret }'],
  customers: [isObject, 'an object of rules for profiles'],
  rates: [isRates, 'something with find(), such as fixedRates, or { providers: [ecbRates()] }'],
};

/**
 * The options with their defaults.
 * @throws {ConfigurationError} Says which option is wrong and what it may be.
 */
export function readOptions(given: BursarOptions): Options {
  for (const key of Object.keys(given)) if (!Object.hasOwn(rules, key)) throw unknownOption(key);
  for (const [key, rule] of Object.entries(rules))
    check(key, given[key as keyof typeof given], rule);
  const catalog = given.catalog.spec as CatalogSpec;
  const triggers = readTriggers(given.triggers);
  const ownSettings = triggerSettings(triggers, catalog);
  const { schema = 'bursar', migrate = true } = given;
  return {
    catalog,
    database: given.database ?? (process.env.DATABASE_URL || 'file:./.bursar'),
    clock: given.clock ?? systemClock,
    ...{ schema, migrate },
    template: migrate ? migratedTemplate({ folder: migrationsFolder, schema }) : undefined,
    logger: carefulLogger(given.logger ?? quiet),
    allowEmbedded: given.allowEmbedded ?? false,
    tenant: given.tenant ?? 'default',
    prepare: given.prepare ?? true,
    directUrl: given.directUrl,
    rls: readWall(given),
    // Through a pooler one listens on a connection that is somebody else's a moment later: deaf, and not told so.
    cache: (given.cache ?? true) && (given.prepare !== false || given.directUrl !== undefined),
    batch: given.batch ?? true,
    rates: given.rates,
    triggers,
    ownSettings,
    configuredSettings: readConfiguredSettings(given.settings ?? {}, { ownSettings }),
    customers: readCustomers(given.customers),
    linkSecrets: readLinks(given.referrals),
    gateways: readGateways(given.gateways),
    payouts: given.payouts ?? {},
    webhooks: readWebhooks(given.webhooks),
    worker: given.worker ?? true,
    pool: readPool(given.pool, given.prepare),
  };
}

function check(key: string, value: unknown, [holds, mustBe]: Rule): void {
  if (value === undefined && key !== 'catalog') return;
  if (!holds(value)) throw new ConfigurationError(`${key} must be ${mustBe}.`, { option: key });
}

function unknownOption(key: string): ConfigurationError {
  const known = Object.keys(rules).join(', ');
  return new ConfigurationError(`createBursar does not know ${key}; its options are ${known}.`, {
    option: key,
  });
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isFlag(value: unknown): boolean {
  return typeof value === 'boolean';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function has(value: unknown, keys: readonly string[]): boolean {
  return isObject(value) && keys.every((key) => key in value);
}

function calls(value: unknown, keys: readonly string[]): boolean {
  return has(value, keys) && keys.every((key) => typeof value?.[key as never] === 'function');
}

/** Says nothing unless something is wrong; then it goes where Node's own warnings go. */
const quiet: Logger = {
  debug() {},
  info() {},
  warn: warn,
  error: warn,
  isLevelEnabled: (level) => level === 'warn' || level === 'error',
};

function warn(facts: object, message: string): void {
  const { err } = facts as { err?: unknown };
  const text = err instanceof Error ? `${message}: ${err.message}` : message;
  process.emitWarning(text, 'BursarWarning');
}
