/**
 * Reading what came over the wire. The library's types promise what its version of the API answers; a webhook comes in the
 * version of its endpoint, and a proxy may answer anything. So each field is looked at before it is believed.
 */
import { fromStripe } from './currencies.ts';

export type Told = Readonly<Record<string, unknown>>;

/** @throws {TypeError} It is no object. */
export function object(value: unknown): Told {
  return partOf(value) ?? fail('an object', value);
}

/** The object under a key; `null` where there is none, or only its id. */
export function part(told: Told, key: string): Told | null {
  return partOf(told[key]);
}

/** The objects of a list; none where there is no list. */
export function listed(told: Told | null): readonly Told[] {
  const data = told?.data;
  return Array.isArray(data) ? data.map(object) : [];
}

/** @throws {TypeError} It is no text, or empty. */
export function text(told: Told, key: string): string {
  const value = told[key];
  return typeof value === 'string' && value !== '' ? value : fail(key, value);
}

/** @throws {TypeError} It is no whole number. */
export function whole(told: Told, key: string): number {
  const value = told[key];
  return Number.isSafeInteger(value) ? (value as number) : fail(key, value);
}

/** Stripe counts seconds. @throws {TypeError} It is no instant. */
export function instant(told: Told, key: string): Date {
  return new Date(whole(told, key) * 1000);
}

/** True only when it says so. */
export function flag(told: Told, key: string): boolean {
  return told[key] === true;
}

/** The id of what another object names, be it expanded or not. */
export function idOf(value: unknown): string | null {
  const id = partOf(value)?.id ?? value;
  return typeof id === 'string' ? id : null;
}

/** The sum of a field, in the object's own currency. @throws {TypeError} Either is missing. */
export function sumOf(told: Told, key: string) {
  return fromStripe(whole(told, key), text(told, 'currency'));
}

/** Texts by key. */
export function metadataOf(told: Told | null): Record<string, string> {
  const entries = Object.entries((told && part(told, 'metadata')) ?? {});
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function partOf(value: unknown): Told | null {
  return typeof value === 'object' && value !== null ? (value as Told) : null;
}

function fail(what: string, value: unknown): never {
  throw new TypeError(`Stripe's ${what} cannot be read from ${typeof value}`);
}
