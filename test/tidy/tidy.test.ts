/**
 * The house rules of STYLE.md that a machine can read, held against every file under `packages/`.
 *
 * Walls are never crossed. Ratchets hold today's worst and only ever go down: raising one is a line in the
 * diff, its reason in the commit.
 */
import { expect, test } from 'vitest';
import { unproducedErrors } from './errors.ts';
import { brokenDoors, cycles, escapes, upwardImports } from './imports.ts';
import { longestFile, longestFunction, ratchet } from './ratchets.ts';
import { type Problem, packageFolders, readSources } from './source.ts';
import { anys, bareTransactions, clockReads, missingDocblocks, missingHeaders } from './words.ts';

const longestFileLines = 190;
const longestFunctionLines = 62;

const sources = readSources(packageFolders());
const tests = readSources(['test']).filter(({ path }) => !path.startsWith('test/tidy/'));

test('imports go downwards only', () => {
  expectNone(upwardImports(sources));
});

test('a slice is entered by its door', () => {
  expectNone(brokenDoors(sources));
});

test('a package imports nothing that is not shipped with it', () => {
  expectNone(escapes(sources));
});

test('no file imports itself, however far round', () => {
  expectNone(cycles(sources));
});

test('every file opens with a header', () => {
  expectNone(missingHeaders(sources));
});

test('nothing is any', () => {
  expectNone(anys(sources));
});

test('every exported function has a docblock', () => {
  expectNone(missingDocblocks(sources));
});

test('only the kernel reads the system clock', () => {
  expectNone(clockReads(sources));
});

test('only the scope opens transactions', () => {
  expectNone(bareTransactions(sources));
});

test('every error is produced by a test that asserts its code', () => {
  expectNone(unproducedErrors(sources, [...sources, ...tests]));
});

test('no file is longer than the longest was', () => {
  expectNone(ratchet('longestFileLines', longestFileLines, longestFile(sources)));
});

test('no function is longer than the longest was', () => {
  expectNone(ratchet('longestFunctionLines', longestFunctionLines, longestFunction(sources)));
});

function expectNone(problems: readonly Problem[]): void {
  if (problems.length > 0) expect.fail(`\n${problems.join('\n')}\n`);
}
