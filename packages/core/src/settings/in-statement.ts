/** Reading a setting within a statement that is sent anyway: where asking for it by itself would cost a round trip. */
import { type Scope, type Statement, sql } from '../kernel/index.ts';
import { settingNamed } from './registry.ts';
import { inForce } from './resolve.ts';
import type { SettingValues } from './setting.ts';

/** What the tenant has stored everywhere, as a text expression; null where nothing is.
 *
 * @param tenant Which; the scope's unless said. */
export function storedValue(
  scope: Scope,
  key: keyof SettingValues,
  tenant: Statement = sql`${scope.tenant.id}::int`,
): Statement {
  return sql`(select setting.value ->> 'value' from bursar.settings as setting
        where (setting.tenant_id, setting.key, setting.scope) = (${tenant}, ${key}::text, ''))`;
}

/** The value in force, by what `storedValue` gave: text, if it is stored. */
export function settingOf(scope: Scope, key: keyof SettingValues, stored: unknown): unknown {
  const named = settingNamed(scope.ports, key);
  const values = stored === null || stored === undefined ? undefined : new Map([['', stored]]);
  return inForce(scope.ports, named, values, {}).value;
}
