/** Reading `createBursar`'s `customers`. */
import {
  type CustomerRules,
  profileFields,
  roleOf,
  selfServiceFields,
} from '../customers/index.ts';
import { ConfigurationError } from '../kernel/index.ts';

const known = ['selfService', 'locales', 'localeAliases', 'roles', 'creating'];

/** What nobody may give itself. */
const reserved = ['role', 'discountPercent'];

/**
 * The rules of profiles, found usable.
 * @throws {ConfigurationError} An unknown key, a field that nobody may change of itself, a language or role that cannot be.
 */
export function readCustomers(given: CustomerRules = {}): CustomerRules {
  for (const key of Object.keys(given)) if (!known.includes(key)) throw fault(key, 'is not known');
  const { selfService = selfServiceFields, locales = [], localeAliases = {}, roles = {} } = given;
  for (const field of selfService) {
    if (!Object.hasOwn(profileFields, field) || reserved.includes(field))
      throw fault('selfService', `cannot name ${field}`);
  }
  for (const language of [
    ...locales,
    ...Object.keys(localeAliases),
    ...Object.values(localeAliases),
  ])
    if (!/^[a-z]{2,8}$/.test(language))
      throw fault('locales', `must name languages like en, not ${language}`);
  for (const [role, { badge, extra }] of Object.entries(roles)) {
    const isNamed = /^[a-z][a-z0-9_-]{0,63}$/.test(role);
    const isObject = extra === undefined || typeof extra.strict === 'function';
    if (!isNamed || !isObject || (badge !== undefined && typeof badge !== 'string'))
      throw fault(
        `roles.${role}`,
        'must have a small name, a text as badge, and z.object() as extra',
      );
  }
  if (given.creating !== undefined && typeof given.creating !== 'function')
    throw fault('creating', 'must be a function');
  // Whoever is new has it, with nothing beside.
  const needed = roleOf(given, 'customer')?.extra;
  if (needed && !needed.safeParse({}).success)
    throw fault('roles.customer', 'cannot ask for extra fields: everybody begins with it');
  return given;
}

function fault(option: string, why: string): ConfigurationError {
  return new ConfigurationError(`customers.${option} ${why}.`, { option: `customers.${option}` });
}
