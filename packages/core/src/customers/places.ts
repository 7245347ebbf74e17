/** Where somebody is and what language they read, out of what a request says of it: usable, or nothing. */
import { checkTimeZone } from '../kernel/index.ts';
import type { CustomerRules } from './rules.ts';

/**
 * The language of a locale: `pt_BR` gives `pt`, which an alias may make another. Null: not usable, or not supported.
 */
export function localeOf(
  { locales, localeAliases = {} }: CustomerRules,
  said: unknown,
): string | null {
  if (typeof said !== 'string') return null;
  const [base = ''] = said
    .trim()
    .toLowerCase()
    .split(/[-_.@]/);
  if (!/^[a-z]{2,8}$/.test(base)) return null;
  const language = Object.hasOwn(localeAliases, base) ? String(localeAliases[base]) : base;
  return locales === undefined || locales.includes(language) ? language : null;
}

/** The first two letters of what is said, as capitals: `de-AT` gives `DE`. Null: fewer than two. */
export function countryOf(said: unknown): string | null {
  if (typeof said !== 'string') return null;
  const letters = said.replace(/[^A-Za-z]/g, '').slice(0, 2);
  return letters.length === 2 ? letters.toUpperCase() : null;
}

/** An IANA zone, or null. */
export function zoneOf(said: unknown): string | null {
  if (typeof said !== 'string') return null;
  try {
    return checkTimeZone(said);
  } catch {
    return null;
  }
}

/** The first of these that is usable, in their order. */
export function firstUsable(
  said: readonly unknown[],
  usable: (one: unknown) => string | null,
): string | null {
  for (const one of said) {
    const found = usable(one);
    if (found !== null) return found;
  }
  return null;
}
