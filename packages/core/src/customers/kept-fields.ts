/** The fields of a profile as they are kept: languages reduced, percents as basis points, addresses merged. */
import { checkTimeZone, type Fault, ValidationError } from '../kernel/index.ts';
import { countryOf, localeOf } from './places.ts';
import { type Addresses, addressKinds, type ProfileRow } from './profile.ts';
import type { ReadFields } from './profile-fields.ts';
import type { CustomerRules } from './rules.ts';

/** As they are kept; what was not given is not there. */
export type KeptFields = Partial<
  Omit<ProfileRow, 'id' | 'externalId' | 'kind' | 'extra' | 'addresses' | `${string}At`>
> & {
  readonly extra?: Record<string, unknown>;
  readonly addresses?: { readonly [K in keyof Addresses]: Addresses[K] | null };
};

/**
 * Fields that fit their shapes, as they are kept.
 * @throws {ValidationError} No time zone, or a language that is not supported. Names all of them.
 */
export function keptFields(rules: CustomerRules, given: ReadFields): KeptFields {
  const faults: Fault[] = [];
  const { discountPercent, country, locale, timeZone, ...rest } = given;
  const language = typeof locale === 'string' ? localeOf(rules, locale) : locale;
  if (language === null && locale !== null)
    faults.push({ pointer: '/locale', detail: 'must be a language that is supported' });
  try {
    if (timeZone !== undefined) checkTimeZone(timeZone);
  } catch (error) {
    faults.push(...(error as ValidationError).errors);
  }
  if (faults.length > 0) throw new ValidationError(faults);
  const kept = {
    ...{ ...rest, timeZone, locale: language },
    country: typeof country === 'string' ? countryOf(country) : country,
    discountBasisPoints:
      discountPercent === undefined ? undefined : Math.round(discountPercent * 100),
  };
  return Object.fromEntries(
    Object.entries(kept).filter(([, value]) => value !== undefined),
  ) as KeptFields;
}

/** The addresses after a change: those that are named are replaced, `null` or an empty one removes. */
export function mergedAddresses(before: Addresses, given: KeptFields['addresses'] = {}): Addresses {
  const kept = addressKinds.map((kind) => {
    const said = given[kind];
    return [kind, said === undefined ? before[kind] : said] as const;
  });
  return Object.fromEntries(
    kept.filter(([, one]) => one && Object.keys(one).length > 0),
  ) as Addresses;
}
