/** A host outside the workspace: it installs what would be published, and compiles and runs against that. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export type Consumer = {
  readonly folder: string;
  readonly tarballs: readonly string[];
  /** Runs a program of the host's; its output, with its status. */
  run(command: string, parameters: readonly string[]): { status: number | null; output: string };
  write(name: string, text: string): void;
  remove(): void;
};

/** Builds and packs the three packages, and installs them with what `dependencies` names. */
export function createConsumer(dependencies: Readonly<Record<string, string>>): Consumer {
  const folder = mkdtempSync(join(tmpdir(), 'bursar-consumer-'));
  const pnpm = (parameters: string[]) =>
    execFileSync('npx', ['-y', 'pnpm@12.21.0', ...parameters], {
      cwd: root,
      stdio: 'pipe',
      encoding: 'utf8',
    });
  pnpm(['-r', '--filter', './packages/*', 'build']);
  mkdirSync(join(folder, 'packed'));
  for (const name of ['core', 'fastify', 'express']) {
    pnpm(['--filter', `@bursar/${name}`, 'pack', '--pack-destination', join(folder, 'packed')]);
  }
  const tarballs = readdirSync(join(folder, 'packed')).map((file) => join(folder, 'packed', file));
  const packed = Object.fromEntries(
    tarballs.map((file) => [
      `@bursar/${/bursar-(\w+)-/.exec(file.split('/').at(-1) ?? '')?.[1]}`,
      `file:${file}`,
    ]),
  );
  const consumer = consumerIn(folder, tarballs);
  const manifest = {
    private: true,
    dependencies: { ...packed, ...dependencies },
    overrides: packed,
  };
  consumer.write('package.json', JSON.stringify(manifest));
  execFileSync(
    'npm',
    ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: folder,
      stdio: 'pipe',
    },
  );
  return consumer;
}

function consumerIn(folder: string, tarballs: readonly string[]): Consumer {
  return {
    folder,
    tarballs,
    run(command, parameters) {
      const { status, stdout, stderr } = spawnSync(command, parameters, {
        cwd: folder,
        encoding: 'utf8',
      });
      return { status, output: `${stdout}${stderr}` };
    },
    write(name, text) {
      writeFileSync(join(folder, name), text);
    },
    remove() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
