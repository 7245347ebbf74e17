/** Changing a setting; the same value again changes nothing and announces nothing. */
import { announce } from '../../events/index.ts';
import { at, json, requestHash, type Scope, sql, ValidationError } from '../../kernel/index.ts';
import { SettingUnknownError } from '../errors.ts';
import { settingOf } from '../registry.ts';
import { getSetting } from './get-setting.ts';

/**
 * Stores a value and announces `setting.changed` with the difference.
 *
 * @throws {SettingUnknownError} No such key.
 * @throws {ValidationError} The value is not of the setting's type.
 */
export async function setSetting(
  scope: Scope,
  { key, value }: { key: string; value: unknown },
): Promise<void> {
  const setting = settingOf(scope, key);
  if (!setting) throw new SettingUnknownError(key);
  const read = setting.shape.safeParse(value);
  if (!read.success)
    throw new ValidationError(
      read.error.issues.map((issue) => ({ pointer: '/value', detail: issue.message })),
    );
  await scope.transaction(async (inner) => {
    // One change at a time, so that each one's `old` is the `new` of the one before.
    const lock = requestHash([inner.tenant.key, 'setting', key]);
    await inner.run(sql`select pg_advisory_xact_lock(${lock}::bigint)`);
    const old = await getSetting(inner, key);
    if (json(old) === json(value)) return;
    await inner.run(sql`
      insert into bursar.settings (tenant_id, key, scope, value, updated_at)
      values (${inner.tenant.id}::int, ${key}::text, '', ${json({ value })}::text::jsonb, ${at(inner.now)}::text::timestamptz)
      on conflict (tenant_id, key, scope) do update set value = excluded.value, updated_at = excluded.updated_at`);
    await announce(inner, {
      type: 'setting.changed',
      customer: null,
      subject: { type: 'setting', id: key },
      data: { key, old, new: value },
    });
  });
}
