/** Which value holds: the first stored one for the place, else the host's own, else the default. */
import type { Scope } from '../kernel/index.ts';
import { scopesAt } from './place.ts';
import type { Named } from './registry.ts';
import type { Place, SettingSource } from './setting.ts';

declare module '../kernel/scope.ts' {
  interface Ports {
    /** What the host's options say, by key. */
    readonly configuredSettings?: ReadonlyMap<string, unknown> | undefined;
  }
}

/** Values by scope. */
export type StoredValues = ReadonlyMap<string, unknown>;

/** A value, and who says it. */
export type InForce = { readonly value: unknown; readonly source: SettingSource };

/** The value in force at a place. */
export function inForce(
  { configuredSettings }: Scope['ports'],
  { key, setting }: Named,
  stored: StoredValues | undefined,
  place: Place,
): InForce {
  const scope = stored && scopesAt(place).find((one) => stored.has(one));
  if (stored && scope !== undefined) return { value: stored.get(scope), source: 'stored' };
  if (configuredSettings?.has(key)) return { value: configuredSettings.get(key), source: 'config' };
  return { value: setting.default, source: 'default' };
}
