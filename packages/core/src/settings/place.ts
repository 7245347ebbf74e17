/** Places inside a tenant, and which stored value holds at one: region and locale, region, locale, everywhere. */
import { z } from 'zod';
import type { Place } from './setting.ts';

/** A place as it is stored: the empty text is everywhere. */
export type StoredPlace = { readonly region: string | null; readonly locale: string | null };

const region = z.string().regex(/^[A-Z]{2}$/, 'must be a country of two capital letters, like UA');
const locale = z
  .string()
  .regex(/^[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}$/, 'must be a language in small letters, like en');

/** The fields of a place, for an input; left out or `null` is everywhere. */
export const placeShape = { region: region.nullish(), locale: locale.nullish() };

/** How a place is kept: region is in capitals and locale is not, so that none is taken for the other. */
export function scopeOf({ region: country, locale: language }: Place): string {
  return [country, language].filter((part) => part != null).join('/');
}

/** The place of a stored scope. */
export function placeOf(scope: string): StoredPlace {
  if (scope === '') return { region: null, locale: null };
  const [first = '', second] = scope.split('/');
  if (second !== undefined) return { region: first, locale: second };
  return first === first.toUpperCase()
    ? { region: first, locale: null }
    : { region: null, locale: first };
}

/** The scopes that hold at a place, the most special first. */
export function scopesAt({ region: country, locale: language }: Place): readonly string[] {
  const scopes = [
    { region: country, locale: language },
    { region: country },
    { locale: language },
    {},
  ];
  return [...new Set(scopes.map(scopeOf))];
}
