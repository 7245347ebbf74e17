/** Reading a setting: what an operator stored, else what the host configured, else its default. */
import type { Scope } from '../../kernel/index.ts';
import { settingNamed } from '../registry.ts';
import { inForce } from '../resolve.ts';
import type { Place, SettingValues } from '../setting.ts';
import { storedUnder } from '../stored.ts';

/**
 * The value in force, for a rule.
 *
 * @param place Where: region and locale, region, locale, everywhere; the first that has a stored value wins.
 * @throws {SettingUnknownError} No such key.
 */
export async function getSetting<K extends keyof SettingValues>(
  scope: Scope,
  key: K,
  place?: Place,
): Promise<SettingValues[K]>;
export async function getSetting(scope: Scope, key: string, place?: Place): Promise<unknown>;
export async function getSetting(scope: Scope, key: string, place: Place = {}): Promise<unknown> {
  const named = settingNamed(scope.ports, key);
  return inForce(scope.ports, named, await storedUnder(scope, named.key), place).value;
}
