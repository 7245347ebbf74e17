/** Showing settings to operators: each with its value, who says it, and what is stored where. Never from memory. */
import { z } from 'zod';
import { readInput, type Scope } from '../../kernel/index.ts';
import { nest } from '../nest.ts';
import { placeOf, placeShape, type StoredPlace } from '../place.ts';
import {
  findSetting,
  groupOf,
  type Named,
  settingNamed,
  settingsIn,
  settingsOf,
} from '../registry.ts';
import { type InForce, inForce, type StoredValues } from '../resolve.ts';
import type { Place, SettingSource, SettingType } from '../setting.ts';
import { readStored } from '../stored.ts';

/** A setting as a page shows it. */
export type ShownSetting = {
  readonly key: string;
  readonly group: string;
  readonly title: string;
  readonly type: SettingType;
  readonly default: unknown;
  /** What is in force at the place that was asked for, and who says it. */
  readonly value: unknown;
  readonly source: SettingSource;
  /** What operators stored, everywhere first. */
  readonly stored: readonly (StoredPlace & { readonly value: unknown })[];
};

export type ListSettings = Place & {
  /** Only of a group such as `withdrawals`. */
  readonly group?: string | undefined;
};

const key = z.string().min(1).max(255);
const listInput = z.strictObject({ group: key.optional(), ...placeShape });
const getInput = z.strictObject({ key, ...placeShape });

/**
 * All settings, or those of a group, by key. An unknown group has none.
 * @throws {ValidationError} The place cannot be one.
 */
export async function listSettings(
  scope: Scope,
  input: ListSettings = {},
): Promise<{ readonly version: number; readonly items: readonly ShownSetting[] }> {
  const { group, ...place } = readInput(listInput, input);
  const { version, values } = await readStored(scope);
  const named = group === undefined ? settingsOf(scope.ports) : settingsIn(scope.ports, group);
  const items = named.map((one) => {
    const stored = values.get(one.key);
    return shown(one, inForce(scope.ports, one, stored, place), stored);
  });
  return { version, items };
}

/**
 * The value of a setting by its key or an older one; of a group, all its values, nested: `{ ttl: 'P7D' }` of `holds`.
 *
 * @throws {SettingUnknownError} No such setting or group. @throws {ValidationError} The place cannot be one.
 */
export async function showSetting(
  scope: Scope,
  input: string | (Place & { readonly key: string }),
): Promise<unknown> {
  const asked = readInput(getInput, typeof input === 'string' ? { key: input } : input);
  const named = findSetting(scope.ports, asked.key);
  const group = named ? [] : settingsIn(scope.ports, asked.key);
  const wanted = group.length > 0 ? group : [named ?? settingNamed(scope.ports, asked.key)];
  const { values } = await readStored(scope);
  const found = wanted.map(
    (one) => [one.key, inForce(scope.ports, one, values.get(one.key), asked).value] as const,
  );
  return named
    ? found[0]?.[1]
    : nest(found.map(([name, value]) => [name.slice(asked.key.length + 1), value]));
}

function shown(
  { key: name, setting }: Named,
  now: InForce,
  stored: StoredValues = new Map(),
): ShownSetting {
  const { title, type, default: fallback } = setting;
  return {
    ...{ key: name, group: groupOf(name), title, type, default: fallback, ...now },
    stored: [...stored]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([scope, value]) => ({ ...placeOf(scope), value })),
  };
}
