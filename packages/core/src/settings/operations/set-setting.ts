/** Changing one setting at a place; the same value again changes nothing and announces nothing. */
import { z } from 'zod';
import { readInput, type Scope } from '../../kernel/index.ts';
import { type AppliedChange, changeSettings } from '../change-settings.ts';
import { placeShape } from '../place.ts';
import type { Place } from '../setting.ts';

export type SetSetting = Place & { readonly key: string; readonly value: unknown };
export type UnsetSetting = Place & { readonly key: string };

const key = z.string().min(1).max(255);
const setInput = z.strictObject({ key, value: z.unknown(), ...placeShape });
const unsetInput = z.strictObject({ key, ...placeShape });

/**
 * Stores a value and announces `setting.changed` with the difference, if there is one in force.
 *
 * @throws {SettingUnknownError} No such key.
 * @throws {ValidationError} The value is not of the setting's type, or the place cannot be one. Nothing is written.
 */
export async function setSetting(scope: Scope, input: SetSetting): Promise<AppliedChange> {
  const { key: name, value, ...place } = readInput(setInput, input);
  return only(await changeSettings(scope, [{ key: name, place, value, pointer: '' }]));
}

/**
 * Deletes what is stored at a place: what is more general holds again. Where nothing is stored nothing happens.
 *
 * @throws {SettingUnknownError} No such key. @throws {ValidationError} The place cannot be one.
 */
export async function unsetSetting(scope: Scope, input: UnsetSetting): Promise<AppliedChange> {
  const { key: name, ...place } = readInput(unsetInput, input);
  return only(await changeSettings(scope, [{ key: name, place, pointer: '' }]));
}

function only([change]: readonly AppliedChange[]): AppliedChange {
  if (!change) throw new Error('A change of a setting came to nothing.');
  return change;
}
