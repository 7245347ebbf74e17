/** Who a new customer is: what is said of it, what the request says, the defaults, and the host's last word. */

import { z } from 'zod';
import { type Origin, readInput, type Scope, type Statement, type Value } from '../kernel/index.ts';
import { getSetting } from '../settings/index.ts';
import { type KeptFields, keptFields, mergedAddresses } from './kept-fields.ts';
import { countryOf, firstUsable, localeOf, zoneOf } from './places.ts';
import type { ProfileRow } from './profile.ts';
import { optionalFields, type ReadFields } from './profile-fields.ts';
import { type CustomerRules, extraOf, type Newcomer, roleOf } from './rules.ts';

export type NewCustomer = {
  readonly customer: string;
  readonly kind: string;
  readonly fields: KeptFields;
};

export type Made = Omit<ProfileRow, 'id' | 'externalId' | `${string}At`>;

const nobody: Origin = {
  customer: '',
  locales: [],
  countries: [],
  zones: [],
  code: undefined,
  cookie: () => undefined,
};

/**
 * The whole profile of somebody new. What is said of it goes before what the request says, and the hook before both.
 *
 * @throws {ValidationError} Role and extra fields do not go together, or the hook gave what is no field.
 * @throws Whatever the host's hook throws: then nobody is made.
 */
export async function newcomerOf(scope: Scope, given: NewCustomer): Promise<Made> {
  const rules = scope.ports.customerRules ?? {};
  const origin = originOf(scope, given.customer) ?? nobody;
  const { fields } = given;
  const found: KeptFields = {
    locale:
      firstUsable(origin.locales, (said) => localeOf(rules, said)) ??
      (await defaultLocale(scope, rules)),
    country: firstUsable(origin.countries, countryOf),
    timeZone: firstUsable(origin.zones, zoneOf) ?? 'UTC',
    role: await defaultRole(scope, rules),
    ...fields,
  };
  const said = rules.creating && (await askHost(scope, rules, { ...given, fields: found }));
  const all = { ...found, ...said };
  const role = all.role ?? 'customer';
  return {
    ...blank,
    ...all,
    ...{ kind: given.kind, role, extra: extraOf(rules, role, all.extra ?? {}) },
    addresses: mergedAddresses({}, all.addresses),
  };
}

/** What a request says of this very customer. */
export function originOf(scope: Scope, customer: string): Origin | null {
  const origin = scope.origin?.();
  return origin?.customer === customer ? origin : null;
}

const blank = {
  ...{ email: null, name: null, firstName: null, lastName: null, phone: null, country: null },
  ...{ birthDate: null, avatarUrl: null, emailOptIn: false, smsOptIn: false },
  ...{ discountBasisPoints: 0, locale: null, timeZone: 'UTC' },
} as const;

/** What a profile has where nothing is said: of the fields that were said. */
export function blankOf(fields: KeptFields): Partial<ProfileRow> {
  const all: Partial<ProfileRow> = { ...blank, role: 'customer', extra: {}, addresses: {} };
  return Object.fromEntries(Object.entries(all).filter(([name]) => name in fields));
}

async function defaultLocale(scope: Scope, rules: CustomerRules): Promise<string | null> {
  return localeOf(rules, await getSetting(scope, 'users.defaultLocale'));
}

/** A role that is not configured any more is nobody's from now on. */
async function defaultRole(scope: Scope, rules: CustomerRules): Promise<string> {
  const role = String(await getSetting(scope, 'users.defaultRole'));
  return roleOf(rules, role) ? role : 'customer';
}

const hookShape = z.strictObject(optionalFields);

async function askHost(
  scope: Scope,
  rules: CustomerRules,
  { customer, kind, fields }: NewCustomer,
): Promise<KeptFields> {
  const { discountBasisPoints, ...kept } = fields;
  const newcomer = {
    ...{ ...kept, customer, kind },
    ...(discountBasisPoints !== undefined && { discountPercent: discountBasisPoints / 100 }),
  } as Newcomer;
  const tx = {
    query: async (text: string, values: readonly unknown[] = []) => ({
      rows: await scope.many({ text, values: values as Value[] } satisfies Statement, (row) => row),
    }),
  };
  const said = await rules.creating?.(newcomer, {
    tenant: scope.tenant.key,
    actor: scope.actor,
    tx,
  });
  return keptFields(rules, readInput(hookShape, said ?? {}) as ReadFields);
}

/** Refuses what role and extra fields cannot be together, before anything is written. */
export function checkRole(
  scope: Scope,
  before: ProfileRow,
  fields: KeptFields,
): ReturnType<typeof extraOf> {
  const rules = scope.ports.customerRules ?? {};
  const role = fields.role ?? before.role;
  if (fields.role === undefined && fields.extra === undefined) return { ...before.extra };
  const extra = fields.extra ?? (role === before.role ? before.extra : {});
  return extraOf(rules, role, extra);
}
