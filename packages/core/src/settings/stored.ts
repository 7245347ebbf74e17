/** Reading what operators stored: all of a tenant at once, so that it can be kept in memory, or one key under a lock. */
import { document, integer, type Scope, sql, text } from '../kernel/index.ts';
import type { Stored } from './memory.ts';
import type { StoredValues } from './resolve.ts';

type Line = { readonly key: string; readonly scope: string; readonly value: unknown };

/**
 * What is stored under one key. From memory where that may be believed; inside a transaction it is read, since there it may be
 * changed already, or be what a limit is decided by.
 */
export async function storedUnder(scope: Scope, key: string): Promise<StoredValues | undefined> {
  const memory = scope.inTransaction ? undefined : scope.ports.settingsMemory;
  if (!memory) return readKey(scope, key);
  const known = memory.find(scope.tenant.key, scope.now);
  if (known) return known.values.get(key);
  const keep = memory.reading(scope.tenant.key);
  const stored = await readStored(scope);
  keep(stored, scope.now);
  return stored.values.get(key);
}

/** All that the tenant has stored, read in one statement with its version. */
export async function readStored(scope: Scope): Promise<Stored> {
  return scope.one(
    sql`
    select coalesce((select version from bursar.settings_versions where tenant_id = ${scope.tenant.id}::int), 0) as version,
           coalesce(jsonb_agg(jsonb_build_object('key', key, 'scope', scope, 'value', value -> 'value')), '[]') as lines
      from bursar.settings
     where tenant_id = ${scope.tenant.id}::int`,
    (row) => ({
      version: integer(row.version),
      values: byKey(document<readonly Line[]>(row.lines)),
    }),
  );
}

async function readKey(scope: Scope, key: string): Promise<StoredValues> {
  const rows = await scope.many(
    sql`select scope, value from bursar.settings where (tenant_id, key) = (${scope.tenant.id}::int, ${key}::text)`,
    (row) => [text(row.scope), document<{ value: unknown }>(row.value).value] as const,
  );
  return new Map(rows);
}

function byKey(lines: readonly Line[]): Stored['values'] {
  const values = new Map<string, Map<string, unknown>>();
  for (const { key, scope, value } of lines) {
    const known = values.get(key) ?? new Map<string, unknown>();
    values.set(key, known.set(scope, value));
  }
  return values;
}
