/** Taking stored settings along to another place, and bringing them in: all or none, and again without effect. */
import { z } from 'zod';
import { readInput, type Scope } from '../../kernel/index.ts';
import { type AppliedChange, changeSettings } from '../change-settings.ts';
import { placeOf, placeShape, type StoredPlace } from '../place.ts';
import { findSetting } from '../registry.ts';
import type { Place } from '../setting.ts';
import { readStored } from '../stored.ts';

/** Everything that operators stored, by key and place. Defaults and the host's own are not in it. */
export type ExportedSettings = {
  readonly settings: readonly (StoredPlace & { readonly key: string; readonly value: unknown })[];
};

/** At most a thousand at once. */
export type ImportSettings = {
  readonly settings: readonly (Place & { readonly key: string; readonly value: unknown })[];
};

const importInput = z.strictObject({
  settings: z
    .array(z.strictObject({ key: z.string().min(1).max(255), value: z.unknown(), ...placeShape }))
    .max(1000),
});

/** What is stored, without keys that no rule reads any more. */
export async function exportSettings(scope: Scope): Promise<ExportedSettings> {
  const { values } = await readStored(scope);
  const keys = [...values.keys()].filter((key) => findSetting(scope.ports, key)).sort();
  return {
    settings: keys.flatMap((key) =>
      [...(values.get(key) ?? [])]
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([place, value]) => ({ key, ...placeOf(place), value })),
    ),
  };
}

/**
 * Stores all values, or none where one is refused. What is stored and not named stays.
 *
 * @returns What became of each, in their order.
 * @throws {SettingUnknownError} A key is unknown. @throws {ValidationError} A value does not fit, or is there twice.
 */
export async function importSettings(
  scope: Scope,
  input: ImportSettings,
): Promise<readonly AppliedChange[]> {
  const { settings } = readInput(importInput, input);
  return changeSettings(
    scope,
    settings.map(({ key, value, ...place }, index) => ({
      ...{ key, place, value, pointer: `/settings/${index}` },
    })),
  );
}
