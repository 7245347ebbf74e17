/** Reading a setting: what an operator stored, else its default. */
import { document, type Scope, sql } from '../../kernel/index.ts';
import { SettingUnknownError } from '../errors.ts';
import { settingOf } from '../registry.ts';

/**
 * The value in force.
 * @throws {SettingUnknownError} No such key.
 */
export async function getSetting(scope: Scope, key: string): Promise<unknown> {
  const setting = settingOf(scope, key);
  if (!setting) throw new SettingUnknownError(key);
  const stored = await scope.maybeOne(
    sql`select value from bursar.settings where (tenant_id, key, scope) = (${scope.tenant.id}::int, ${key}::text, '')`,
    (row) => document<{ value: unknown }>(row.value),
  );
  return stored ? stored.value : setting.default;
}
