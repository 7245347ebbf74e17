/**
 * `npm test`: runs the suites and says last, alone on a line, how many tests passed and failed.
 *
 * The status is vitest's own. A file that does not load holds no failed test and still counts as one.
 * Arguments are handed on: `npm test -- packages/core/src/kernel`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

type Report = {
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
};

const folder = mkdtempSync(join(tmpdir(), 'bursar-test-'));
const file = join(folder, 'report.json');
const status = await runVitest();
const { passed, failed } = count();
rmSync(folder, { recursive: true, force: true });
// An error outside any test fails the run without failing a test.
console.log(`${passed} passed, ${status !== 0 && failed === 0 ? 1 : failed} failed`);
process.exitCode = status;

async function runVitest(): Promise<number> {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const vitest = dirname(createRequire(import.meta.url).resolve('vitest/package.json'));
  const child = spawn(
    process.execPath,
    [
      join(vitest, 'vitest.mjs'),
      ...['run', '--config', join('test', 'vitest.config.ts')],
      ...['--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
      ...process.argv.slice(2),
    ],
    { cwd: root, stdio: 'inherit' },
  );
  // The keyboard interrupts vitest too; we stay to print the count.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + constants.signals[signal ?? 'SIGTERM'];
}

function count(): { passed: number; failed: number } {
  let passed = 0;
  let failed = 0;
  for (const suite of read().testResults) {
    const failures = suite.assertionResults.filter((result) => result.status === 'failed').length;
    passed += suite.assertionResults.filter((result) => result.status === 'passed').length;
    failed += failures === 0 && suite.status === 'failed' ? 1 : failures;
  }
  return { passed, failed };
}

/** No report: vitest did not get as far as to write one, which its status says. */
function read(): Report {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch {
    return { testResults: [] };
  }
}
