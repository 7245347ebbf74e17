/**
 * Cookies of a request, and one to be set.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc6265
 */
import type { HttpRequest } from './registration.ts';

/** The cookie's value; the first of that name, as browsers send the most special one first. */
export function cookieOf(
  { headers }: Pick<HttpRequest, 'headers'>,
  name: string,
): string | undefined {
  const sent = headers.cookie;
  const text = typeof sent === 'string' ? sent : (sent ?? []).join('; ');
  for (const pair of text.split(';')) {
    const end = pair.indexOf('=');
    if (end > 0 && pair.slice(0, end).trim() === name) return unquoted(pair.slice(end + 1).trim());
  }
  return undefined;
}

function unquoted(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"')
    ? value.slice(1, -1)
    : value;
}
