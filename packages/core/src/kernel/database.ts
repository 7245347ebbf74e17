/**
 * The handle every statement goes through, over postgres.js or PGlite, and how a host's value becomes one.
 *
 * Both give the same rows to the same codec. The handle opens connections of its own where it can, and
 * closes only what it opened.
 */
import { ConfigurationError } from './errors.ts';
import type { Database, OpenDatabase } from './lane.ts';

/**
 * Opens what the host named. A URL connects at the first statement; PGlite starts here.
 *
 * @param target `postgres://…`, `memory://`, `file:./dir`, or an open postgres.js client, PGlite or Drizzle
 *   handle over either.
 * @throws {ConfigurationError} It is none of these, the embedded database in production, or a folder in use.
 */
export async function openDatabase(target: unknown, options: OpenDatabase): Promise<Database> {
  const schema = checkSchema(options.schema ?? 'bursar');
  const handle = unwrapDrizzle(target);
  if (isPostgresUrl(handle) || isPostgresClient(handle)) {
    const { openPostgres } = await import('./postgres.ts');
    return openPostgres(handle, { ...options, schema });
  }
  const folder = pgliteFolder(handle);
  if (folder !== null || isPglite(handle)) {
    if (options.walled) throw noWallEmbedded();
    refuseInProduction(options.allowEmbedded === true);
    const { openPglite } = await import('./pglite.ts');
    return openPglite(folder ?? (handle as object), { ...options, schema });
  }
  throw new ConfigurationError(
    'database must be a postgres:// URL, memory://, file:<folder>, or an open postgres.js, PGlite or Drizzle handle over one of these.',
  );
}

function checkSchema(schema: string): string {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) return schema;
  throw new ConfigurationError(
    `schema must be lower-case letters, digits and "_", not ${JSON.stringify(schema)}.`,
  );
}

function refuseInProduction(allowed: boolean): void {
  if (process.env.NODE_ENV !== 'production' || allowed) return;
  throw new ConfigurationError(
    'The embedded database is refused with NODE_ENV=production: set DATABASE_URL to a PostgreSQL server, or pass allowEmbedded: true.',
  );
}

function noWallEmbedded(): ConfigurationError {
  return new ConfigurationError(
    'rls: true needs a PostgreSQL server: the embedded database has one connection, of a superuser who is shown everything.',
    { option: 'rls' },
  );
}

/** Drizzle's databases carry the driver they stand on as `$client`. */
function unwrapDrizzle(target: unknown): unknown {
  return typeof target === 'object' && target !== null && '$client' in target
    ? target.$client
    : target;
}

function isPostgresUrl(target: unknown): target is string {
  return typeof target === 'string' && /^postgres(ql)?:\/\//.test(target);
}

function isPostgresClient(target: unknown): target is { options: object } {
  return (
    typeof target === 'function' && 'options' in target && 'begin' in target && 'unsafe' in target
  );
}

function isPglite(target: unknown): boolean {
  return (
    typeof target === 'object' &&
    target !== null &&
    'execProtocolRaw' in target &&
    'transaction' in target
  );
}

function pgliteFolder(target: unknown): string | null {
  if (typeof target !== 'string') return null;
  if (target === 'memory://' || target === ':memory:') return 'memory://';
  return target.startsWith('file:')
    ? target.slice('file:'.length).replace(/^\/\/(?=\/|\.)/, '')
    : null;
}
