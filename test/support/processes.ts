/**
 * Real processes for what only several can show: boots that race, a lock that outlives its holder, spends from afar.
 *
 * A script is a TypeScript module; it writes lines to its standard output and is told to go on through its input.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export type RunningProcess = {
  readonly pid: number;
  /** Resolves with the next line it writes. */
  line(): Promise<string>;
  /** Writes a line to its input. */
  tell(line: string): void;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when it has ended: its status, null when killed, and all it wrote. */
  readonly ended: Promise<{ status: number | null; output: string; errors: string }>;
};

/**
 * Starts a script in a process of its own, on the sources.
 * @param script The module's URL: `new URL('./boot.process.ts', import.meta.url)`.
 */
export function startProcess(
  script: URL,
  {
    parameters = [],
    env = {},
  }: { parameters?: readonly string[]; env?: Record<string, string> } = {},
): RunningProcess {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--conditions=@bursar/source', fileURLToPath(script), ...parameters],
    {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env: { ...process.env, ...env },
      stdio: 'pipe',
    },
  );
  const ended = endOf(child);
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[
    Symbol.asyncIterator
  ]();
  return {
    pid: child.pid ?? -1,
    async line() {
      const { value, done } = await lines.next();
      if (!done) return value;
      const { status, errors } = await ended;
      throw new Error(`The process ended with ${status} before its next line.\n${errors}`);
    },
    tell: (line) => void child.stdin?.write(`${line}\n`),
    kill: (signal) => void child.kill(signal),
    ended,
  };
}

async function endOf(
  child: ChildProcess,
): Promise<{ status: number | null; output: string; errors: string }> {
  let output = '';
  let errors = '';
  child.stdout?.on('data', (data) => {
    output += data;
  });
  child.stderr?.on('data', (data) => {
    errors += data;
  });
  const [status] = await once(child, 'close');
  return { status, output, errors };
}
