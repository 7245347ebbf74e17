/**
 * The one way settings change: under the tenant's version, so that each change's `old` is the `new` of the one before.
 *
 * Everything is checked before the first write; a refusal leaves all as it was.
 */
import { announce, RIGHTS_CHANNEL } from '../events/index.ts';
import {
  at,
  canonicalJson,
  type Fault,
  integer,
  json,
  type Scope,
  sql,
  ValidationError,
} from '../kernel/index.ts';
import { faultsOfValue } from './check-value.ts';
import { placeOf, type StoredPlace, scopeOf } from './place.ts';
import { type Named, settingNamed } from './registry.ts';
import { inForce } from './resolve.ts';
import type { Place } from './setting.ts';
import { readStored } from './stored.ts';

/** One change; without `value` what is stored is deleted. `pointer` is where its faults are. */
export type Change = {
  readonly key: string;
  readonly place: Place;
  readonly pointer: string;
  readonly value?: unknown;
};

/** What became of it. */
export type AppliedChange = StoredPlace & {
  readonly key: string;
  /** What was in force at the place, and what is now. */
  readonly old: unknown;
  readonly new: unknown;
  /** False: it was stored, or not, just so before. */
  readonly changed: boolean;
};

type Checked = { readonly named: Named; readonly scope: string; readonly change: Change };

/** More values than any operator keeps; what is read at once is bounded by it. */
const storedMax = 10_000;

/**
 * Applies all changes, or none, and announces `setting.changed` for each that makes a difference.
 *
 * @throws {SettingUnknownError} A key is unknown. @throws {ValidationError} A value does not fit, or too many are stored.
 */
export function changeSettings(
  scope: Scope,
  changes: readonly Change[],
): Promise<readonly AppliedChange[]> {
  const checked = check(scope, changes);
  return scope.transaction(async (inner) => {
    const version = await lockVersion(inner);
    const values = new Map(
      [...(await readStored(inner)).values].map(([key, one]) => [key, new Map(one)]),
    );
    const applied = checked.map((one) => apply(inner, values, one));
    const told = checked.filter((_, index) => applied[index]?.changed);
    if (told.length === 0) return applied;
    const stored = [...values.values()].reduce((sum, { size }) => sum + size, 0);
    if (stored > storedMax) throw tooMany();
    await write(inner, told, version + 1);
    for (const one of applied) await tell(inner, one, version + 1);
    return applied;
  });
}

function check({ ports }: Scope, changes: readonly Change[]): readonly Checked[] {
  const faults: Fault[] = [];
  const seen = new Set<string>();
  const checked = changes.map((change) => {
    const named = settingNamed(ports, change.key);
    const scope = scopeOf(change.place);
    const target = `${named.key} ${scope}`;
    if (seen.has(target))
      faults.push({
        pointer: `${change.pointer}/key`,
        detail: `${named.key} is there twice: leave one out`,
      });
    seen.add(target);
    if ('value' in change)
      faults.push(...faultsOfValue(named, change.value, `${change.pointer}/value`));
    return { named, scope, change };
  });
  if (faults.length > 0) throw new ValidationError(faults.slice(0, 20));
  return checked;
}

function apply(
  { ports }: Scope,
  values: Map<string, Map<string, unknown>>,
  { named, scope, change }: Checked,
): AppliedChange {
  const place = placeOf(scope);
  const stored = values.get(named.key) ?? new Map<string, unknown>();
  values.set(named.key, stored);
  const old = inForce(ports, named, stored, place).value;
  const isKept = stored.has(scope);
  const before = stored.get(scope);
  if ('value' in change) stored.set(scope, change.value);
  else stored.delete(scope);
  const now = inForce(ports, named, stored, place).value;
  const changed = 'value' in change ? !(isKept && isSame(before, change.value)) : isKept;
  return { key: named.key, ...place, old, new: now, changed };
}

/** Locks the tenant's settings until the transaction's end. */
function lockVersion(scope: Scope): Promise<number> {
  return scope.one(
    sql`
    insert into bursar.settings_versions as known (tenant_id, version) values (${scope.tenant.id}::int, 0)
    on conflict (tenant_id) do update set version = known.version
    returning version`,
    (row) => integer(row.version),
  );
}

/** Other processes hear of the version at commit. */
async function write(scope: Scope, all: readonly Checked[], version: number): Promise<void> {
  const lines = all.map(({ named, scope: place, change }) => ({
    ...{ key: named.key, scope: place, kept: 'value' in change, value: { value: change.value } },
  }));
  const rows = sql`jsonb_to_recordset(${json(lines)}::text::jsonb) as one (key text, scope text, kept boolean, value jsonb)`;
  await scope.run(sql`
    delete from bursar.settings as setting
     using ${rows}
     where (setting.tenant_id, setting.key, setting.scope) = (${scope.tenant.id}::int, one.key, one.scope) and not one.kept`);
  await scope.run(sql`
    insert into bursar.settings (tenant_id, key, scope, value, updated_at)
    select ${scope.tenant.id}::int, one.key, one.scope, one.value, ${at(scope.now)}::text::timestamptz
      from ${rows}
     where one.kept
    on conflict (tenant_id, key, scope) do update set value = excluded.value, updated_at = excluded.updated_at`);
  await scope.run(
    sql`update bursar.settings_versions set version = ${version}::bigint where tenant_id = ${scope.tenant.id}::int`,
  );
  await scope.run(
    sql`select pg_notify(${RIGHTS_CHANNEL}::text, ${json([scope.tenant.key, null, 'setting.changed', version])}::text)`,
  );
}

async function tell(scope: Scope, one: AppliedChange, version: number): Promise<void> {
  const { key, changed, ...data } = one;
  if (!changed || isSame(data.old, data.new)) return;
  await announce(scope, {
    type: 'setting.changed',
    customer: null,
    subject: { type: 'setting', id: key },
    data: { key, ...data, version },
  });
}

function isSame(one: unknown, other: unknown): boolean {
  return canonicalJson(one) === canonicalJson(other);
}

function tooMany(): ValidationError {
  const detail = `${storedMax} values are stored, which is the most: unset some first`;
  return new ValidationError([{ pointer: '/key', detail }]);
}
