/** Starting an embedded database of our own, one process per folder. */
import type { PGlite } from '@electric-sql/pglite';
import { ConfigurationError } from './errors.ts';
import { lockFolder } from './lock-file.ts';

/** An instance of our own, and what stops it and gives its folder back. */
export type OwnInstance = { readonly client: PGlite; stop(): Promise<void> };

/**
 * Starts PGlite in `memory://` or a folder, which is locked for this process.
 * @param template What `memory://` begins with; when that cannot be had it begins empty, as without.
 * @throws {ConfigurationError} The folder is in use, the package is missing, or it does not start.
 */
export async function startInstance(
  folder: string,
  template?: (() => Promise<Blob>) | undefined,
): Promise<OwnInstance> {
  const unlock = folder === 'memory://' ? null : await lockFolder(folder);
  try {
    const { PGlite } = await import('@electric-sql/pglite');
    const copy = folder === 'memory://' && template ? await copied(PGlite, template) : null;
    const client = copy ?? (await PGlite.create(folder));
    return {
      client,
      async stop() {
        await client.close();
        await unlock?.();
      },
    };
  } catch (error) {
    await unlock?.();
    throw new ConfigurationError(notStarted(error), { folder }, { cause: error });
  }
}

async function copied(
  Instance: typeof PGlite,
  template: () => Promise<Blob>,
): Promise<PGlite | null> {
  return template().then(
    (loadDataDir) => Instance.create({ loadDataDir }).catch(() => null),
    () => null,
  );
}

function notStarted(error: unknown): string {
  return (error as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND'
    ? 'The embedded database needs the package @electric-sql/pglite: install it, or set DATABASE_URL.'
    : `The embedded database did not start: ${String(error)}`;
}
