/**
 * One process per PGlite folder. PGlite has no lock of its own: two processes lose acknowledged rows in silence.
 *
 * The lock stands beside the folder, names its process, and is taken over once that process is gone.
 */

import { rmSync } from 'node:fs';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ConfigurationError } from './errors.ts';

/** `startedAt` tells a live process from an earlier one of the same pid, as containers have. */
type Holder = { readonly pid: number; readonly startedAt: number };

const startedAt = Math.round(Date.now() - process.uptime() * 1000);

/**
 * Takes the lock of `folder`.
 * @returns What gives it back.
 * @throws {ConfigurationError} A live process has it, this one included; the message names its pid.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = `${resolve(folder)}.lock`;
  await mkdir(dirname(path), { recursive: true });
  while (!(await created(path))) {
    const holder = await holderOf(path);
    if (holder && isAlive(holder)) throw inUse(folder, path, holder);
    await removeStale(path, holder);
  }
  const removeAtExit = () => rmSync(path, { force: true });
  process.once('exit', removeAtExit);
  return async () => {
    process.off('exit', removeAtExit);
    await rm(path, { force: true });
  };
}

async function created(path: string): Promise<boolean> {
  const holder: Holder = { pid: process.pid, startedAt };
  return writeFile(path, JSON.stringify(holder), { flag: 'wx' }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
}

async function holderOf(path: string): Promise<Holder | null> {
  // A lock that was just created may not have its text yet.
  for (let tries = 0; tries < 20; tries += 1) {
    const text = await readFile(path, 'utf8').catch(() => null);
    if (text === null) return null;
    const holder = parsed(text);
    if (holder) return holder;
    await new Promise((done) => setTimeout(done, 10));
  }
  return null;
}

function parsed(text: string): Holder | null {
  try {
    const holder = JSON.parse(text) as Partial<Holder>;
    return typeof holder.pid === 'number'
      ? { pid: holder.pid, startedAt: Number(holder.startedAt) }
      : null;
  } catch {
    return null;
  }
}

function isAlive({ pid, startedAt: since }: Holder): boolean {
  if (pid === process.pid) return Math.abs(since - startedAt) < 2_000;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Removes a lock whose holder is gone. Of several that find it so, the one whose claim is first may, after it has
 * looked again: a lock taken in the meantime stays.
 */
async function removeStale(path: string, stale: Holder | null): Promise<void> {
  const claim = `${path}.claim`;
  if (!(await created(claim))) {
    await new Promise((done) => setTimeout(done, 20));
    const { mtimeMs } = await stat(claim).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > claimMilliseconds) await rm(claim, { force: true });
    return;
  }
  const present = await holderOf(path);
  if (present?.pid === stale?.pid && present?.startedAt === stale?.startedAt)
    await rm(path, { force: true });
  await rm(claim, { force: true });
}

// A claim is held for a few file operations; an older one was left by a crash.
const claimMilliseconds = 5_000;

function inUse(folder: string, path: string, holder: Holder): ConfigurationError {
  return new ConfigurationError(
    `The embedded database in ${folder} is in use by process ${holder.pid}: one process at a time may open it. ` +
      `Stop that process, or use PostgreSQL. If it is gone, delete ${path}.`,
    { folder, pid: holder.pid },
  );
}
