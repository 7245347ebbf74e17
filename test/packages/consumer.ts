/**
 * A host outside the workspace: it installs what would be published, and compiles and runs against that.
 *
 * The build is turbo's: made anew when a source has changed, and taken from its cache otherwise.
 */
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export type Run = { readonly status: number; readonly output: string };

export type Consumer = {
  /** One file per package, by its name without the scope. */
  readonly tarballs: Readonly<Record<string, string>>;
  /** Runs a program in the host's folder. */
  run(command: string, parameters: readonly string[], env?: Record<string, string>): Promise<Run>;
  /** Writes a file below the host's folder. */
  write(name: string, text: string): void;
  remove(): void;
};

/** Builds and packs the packages, and installs them with what `dependencies` names. */
export function createConsumer(dependencies: Readonly<Record<string, string>>): Consumer {
  const folder = mkdtempSync(join(tmpdir(), 'bursar-consumer-'));
  const tarballs = pack(join(folder, 'packed'));
  const packed = Object.fromEntries(
    Object.entries(tarballs).map(([name, file]) => [`@bursar/${name}`, `file:${file}`]),
  );
  const consumer = consumerIn(folder, tarballs);
  consumer.write(
    'package.json',
    JSON.stringify({ private: true, dependencies: { ...packed, ...dependencies } }),
  );
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', ['install', '--prefer-offline', '--ignore-scripts', ...quiet], {
    cwd: folder,
    stdio: 'pipe',
  });
  return consumer;
}

/** Runs a program to its end. */
export function run(
  command: string,
  parameters: readonly string[],
  { folder, env = {} }: { folder: string; env?: Record<string, string> | undefined },
): Promise<Run> {
  const options = { cwd: folder, env: { ...process.env, ...env } };
  return new Promise((resolve) => {
    execFile(command, parameters, options, (error, stdout, stderr) => {
      resolve({
        status: error ? Number(error.code ?? -1) : 0,
        output: `${stdout}${stderr}`,
      });
    });
  });
}

function pack(folder: string): Record<string, string> {
  mkdirSync(folder, { recursive: true });
  const pnpm = (...parameters: string[]) =>
    execFileSync('npx', ['-y', 'pnpm@12.21.0', ...parameters], {
      cwd: root,
      stdio: 'pipe',
      env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
    });
  pnpm('build');
  pnpm('-r', '--filter', './packages/*', 'pack', '--pack-destination', folder);
  return Object.fromEntries(
    readdirSync(folder).map((file) => [file.split('-')[1] ?? file, join(folder, file)]),
  );
}

function consumerIn(folder: string, tarballs: Record<string, string>): Consumer {
  return {
    tarballs,
    run: (command, parameters, env) => run(command, parameters, { folder, env }),
    write(name, text) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
