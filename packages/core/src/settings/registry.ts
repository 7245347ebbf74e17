/** Finding a setting by its key. A key exists once: what else it was ever called leads to it. */
import type { Scope } from '../kernel/index.ts';
import { definitions, renamed } from './definitions.ts';
import { SettingUnknownError } from './errors.ts';
import type { Setting } from './setting.ts';

declare module '../kernel/scope.ts' {
  interface Ports {
    /** Settings by key that the host's own options bring: of triggers. */
    readonly ownSettings?: Readonly<Record<string, Setting>> | undefined;
  }
}

export type Named = { readonly key: string; readonly setting: Setting };

/** What brings settings of its own. */
export type Own = Pick<Scope['ports'], 'ownSettings'>;

/** All settings of a kit, by key. */
export function settingsOf({ ownSettings = {} }: Own): readonly Named[] {
  return Object.entries<Setting>({ ...definitions, ...ownSettings })
    .map(([key, setting]) => ({ key, setting }))
    .sort((one, other) => (one.key < other.key ? -1 : 1));
}

/** The setting under a key, an older key, or a key with `_` for capitals (`orders.pending_ttl`); else `null`. */
export function findSetting(ports: Own, asked: string): Named | null {
  return (
    underKey(ports, asked) ??
    underKey(ports, Object.hasOwn(renamed, asked) ? (renamed[asked] as string) : camel(asked))
  );
}

/**
 * As `findSetting`.
 * @throws {SettingUnknownError} There is none.
 */
export function settingNamed(ports: Own, asked: string): Named {
  const found = findSetting(ports, asked);
  if (found) return found;
  throw new SettingUnknownError(asked, suggestions(ports, asked));
}

/** Whose keys begin with a group: `withdrawals` or `triggers`. */
export function settingsIn(ports: Own, group: string): readonly Named[] {
  return settingsOf(ports).filter(({ key }) => key.startsWith(`${group}.`));
}

/** What stands before a key's first point. */
export function groupOf(key: string): string {
  return key.slice(0, key.indexOf('.'));
}

function underKey({ ownSettings = {} }: Own, key: string): Named | null {
  const setting = Object.hasOwn(definitions, key)
    ? definitions[key as keyof typeof definitions]
    : Object.hasOwn(ownSettings, key)
      ? ownSettings[key]
      : undefined;
  return setting ? { key, setting } : null;
}

function camel(key: string): string {
  return key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Those of the same group, else the groups: so short that it can be read in a message. */
function suggestions(ports: Own, asked: string): readonly string[] {
  const [group = ''] = asked.split('.');
  const near = settingsIn(ports, group).map(({ key }) => key);
  if (near.length > 0) return near.slice(0, 20);
  return [...new Set(settingsOf(ports).map(({ key }) => `${groupOf(key)}.…`))].slice(0, 20);
}
