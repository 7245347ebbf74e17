/** Text that no PostgreSQL can hold: found here, so that no statement fails for it. */
import { type Fault, ValidationError } from './errors.ts';

const detail = 'must be text without U+0000 and without half characters';
// With the flag u only a surrogate without its other half matches.
const unstorable = /\0|\p{Surrogate}/u;
const allUnstorable = new RegExp(unstorable, 'gu');

/** Text from somewhere else, with a mark for each character that cannot be stored. */
export function storable(text: string): string {
  return text.replace(allUnstorable, '\uFFFD');
}

/** True when every text and key in it, however deep, can be stored. Read for each verb, so it makes nothing. */
export function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !unstorable.test(value);
  if (typeof value !== 'object' || value === null) return true;
  for (const key in value) {
    if (unstorable.test(key) || !isStorable(value[key as never])) return false;
  }
  return true;
}

/** A fault for each text and key, however deep, that cannot be stored. */
export function unstorableIn(value: unknown, pointer = ''): Fault[] {
  if (typeof value === 'string') return unstorable.test(value) ? [{ pointer, detail }] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return unstorable.test(key) ? [{ pointer: here, detail }] : unstorableIn(inner, here);
  });
}

/**
 * An id that the host's own function gave for a request.
 * @throws {ValidationError} It is no text, longer than `max`, or cannot be stored.
 */
export function checkId(id: unknown, { name, max }: { name: string; max: number }): void {
  const pointer = `/${name}`;
  const fits = typeof id === 'string' && id.length >= 1 && id.length <= max;
  if (fits && !unstorable.test(id)) return;
  throw new ValidationError([
    { pointer, detail: `must be a text of 1 to ${max} characters, and ${detail}` },
  ]);
}
