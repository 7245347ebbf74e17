/**
 * An embedded database with every table in place, made once and copied from then on: starting one empty takes seconds.
 *
 * Kept in this process, and for others in the folder for temporary files. What lies there is only believed when the folder is
 * this user's alone and its sum is right; what cannot be read or written there costs time and nothing else.
 */
import { createHash, randomUUID } from 'node:crypto';
import { lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { openDatabase } from './database.ts';
import { migrate, readMigrations } from './migrate.ts';
import type { Logger } from './scope.ts';

type Source = { readonly folder: string; readonly schema: string };

const made = new Map<string, Promise<Blob>>();
const sumBytes = 32;

/**
 * The data folder of a migrated database, for `OpenDatabase.template`.
 * @param source.folder Of the migrations; `schema`: where their tables go.
 */
export function migratedTemplate(source: Source): () => Promise<Blob> {
  return async () => {
    const key = await keyOf(source);
    let template = made.get(key);
    if (!template) {
      template = load(key, source);
      made.set(key, template);
      // The next one tries again.
      template.catch(() => made.delete(key));
    }
    return template;
  };
}

async function load(key: string, source: Source): Promise<Blob> {
  const folder = await ownFolder().catch(() => null);
  const kept = folder && (await read(join(folder, key)));
  if (kept) return kept;
  const template = await make(source);
  if (folder) await keep(join(folder, key), template).catch(() => {});
  return template;
}

/** `null`: somebody else made it first, or can write there. What lies in it would be theirs, and so the kit's database. */
async function ownFolder(): Promise<string | null> {
  const user = process.getuid?.() ?? 0;
  const folder = join(tmpdir(), `bursar-templates-${user}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (process.platform === 'win32') return folder;
  const found = await lstat(folder);
  return found.isDirectory() && found.uid === user && (found.mode & 0o077) === 0 ? folder : null;
}

/** Whatever changes what is in the template, or who can read it. */
async function keyOf({ folder, schema }: Source): Promise<string> {
  const steps = await readMigrations(folder);
  const content = [await pgliteVersion(), schema, ...steps.map(({ hash }) => hash)].join();
  return createHash('sha256').update(content).digest('hex').slice(0, 32);
}

async function pgliteVersion(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  const description = await readFile(join(dirname(entry), '../package.json'), 'utf8');
  return (JSON.parse(description) as { version: string }).version;
}

async function read(path: string): Promise<Blob | null> {
  const bytes = await readFile(path).catch(() => null);
  if (!bytes) return null;
  const data = bytes.subarray(sumBytes);
  return bytes.subarray(0, sumBytes).equals(sumOf(data)) ? new Blob([data]) : null;
}

/** Whole or not at all: others may read it, or write it too, at the same moment. */
async function keep(path: string, template: Blob): Promise<void> {
  const data = Buffer.from(await template.arrayBuffer());
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, Buffer.concat([sumOf(data), data]), { mode: 0o600 });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

function sumOf(data: Uint8Array): Buffer {
  return createHash('sha256').update(data).digest();
}

async function make({ folder, schema }: Source): Promise<Blob> {
  const { PGlite } = await import('@electric-sql/pglite');
  const client: PGlite = await PGlite.create('memory://');
  try {
    await migrate(await openDatabase(client, { schema, logger: silent, allowEmbedded: true }), {
      folder,
    });
    return await client.dumpDataDir('none');
  } finally {
    await client.close();
  }
}

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };
