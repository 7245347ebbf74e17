/**
 * The tidy test held against itself: each wall sees what crosses it, and nothing else.
 */
import { describe, expect, test } from 'vitest';
import { unproducedErrors } from './errors.ts';
import { brokenDoors, cycles, escapes, upwardImports } from './imports.ts';
import { longestFile, longestFunction, ratchet } from './ratchets.ts';
import { type Source, sourceOf } from './source.ts';
import { anys, bareTransactions, clockReads, missingDocblocks, missingHeaders } from './words.ts';

/** @param path Below core's `src`, unless it starts with `packages/` or `test/`. */
function file(path: string, text: string): Source {
  return sourceOf(/^(packages|test)\//.test(path) ? path : `packages/core/src/${path}`, text);
}

/** `file:line` of each problem, the file below core's `src`. */
function places(problems: readonly string[]): string[] {
  return problems.map(
    (sentence) => sentence.split(' ')[0]?.replace('packages/core/src/', '') ?? '',
  );
}

describe('an import upwards', () => {
  test('is seen as value, as type, as re-export and in import()', () => {
    const problems = upwardImports([
      file('kernel/a.ts', "import { x } from '../ledger/index.ts';"),
      file('ledger/b.ts', "\nimport type { X } from '../subscriptions/index.ts';"),
      file('customers/c.ts', "export * from '../ledger/index.ts';"),
      file('events/d.ts', "const x = await import('../jobs/index.ts');"),
      file('ledger/e.ts', "type X = import('../insights/index.ts').X;"),
      file('insights/f.ts', "import { createBursar } from '../bursar.ts';"),
      file('ledger/g.ts', "import type { Wallet } from '../api/wallet.ts';"),
    ]);

    expect(places(problems)).toEqual([
      ...['kernel/a.ts:1', 'ledger/b.ts:2', 'customers/c.ts:1'],
      ...['events/d.ts:1', 'ledger/e.ts:1', 'insights/f.ts:1', 'ledger/g.ts:1'],
    ]);
    expect(problems[0]).toContain('ledger/, which stands above it');
    expect(problems[5]).toContain('a file of the root');
  });

  test('is none when it goes down, stays, merges a declaration or is a test', () => {
    const problems = upwardImports([
      file(
        'ledger/operations/a.ts',
        "import { x } from '../../kernel/index.ts'; import '../b.ts';",
      ),
      file('bursar.ts', "import { x } from './ledger/index.ts'; import './api/wallet.ts';"),
      file('ledger/plan.ts', "declare module '../subscriptions/plan.ts' { interface Ports {} }"),
      file('kernel/clock.test.ts', "import { x } from '../bursar.ts';"),
      file('kernel/b.ts', "import { sql } from 'drizzle-orm';"),
      file('packages/fastify/src/index.ts', "import { x } from './a/b.ts';"),
    ]);

    expect(problems).toEqual([]);
  });

  test('of a slice that nobody drew asks for a floor', () => {
    expect(upwardImports([file('utils/a.ts', "import '../kernel/index.ts';")])[0]).toContain(
      'floor',
    );
    expect(upwardImports([file('ledger/a.ts', "import '../utils/index.ts';")])).toEqual([]);
  });
});

describe('a door', () => {
  test('is broken by a path into another slice', () => {
    const problems = brokenDoors([
      file('ledger/a.ts', "import { x } from '../customers/operations/find-customer.ts';"),
      file('ledger/operations/b.ts', "import type { X } from '../../kernel/scope.ts';"),
      file('bursar.ts', "import { x } from './ledger/plan.ts';"),
      file('api/wallet.ts', "import { x } from '../ledger/plan.ts';"),
      file('ledger/errors.ts', "import { customers } from '../customers/schema.ts';"),
    ]);

    expect(places(problems)).toEqual([
      ...[
        'ledger/a.ts:1',
        'ledger/operations/b.ts:1',
        'bursar.ts:1',
        'api/wallet.ts:1',
        'ledger/errors.ts:1',
      ],
    ]);
  });

  test('is not needed at home, by schemas among themselves, or by a test', () => {
    const problems = brokenDoors([
      file('ledger/operations/a.ts', "import { x } from '../errors.ts';"),
      file('ledger/schema.ts', "import { customers } from '../customers/schema.ts';"),
      file('schema.ts', "export * from './ledger/schema.ts';"),
      file('ledger/a.test.ts', "import { x } from '../kernel/clock.ts';"),
      file('bursar.ts', "import { x } from './ledger/index.ts';"),
    ]);

    expect(problems).toEqual([]);
  });
});

test('what is not shipped is not imported, except by tests', () => {
  const problems = escapes([
    file('kernel/a.ts', "import '../../../../test/support/databases.ts';"),
    file('kernel/b.ts', "import '#test/databases.ts';"),
    file('packages/fastify/src/index.ts', "import '../../core/src/index.ts';"),
    file('packages/express/src/index.ts', "import '@bursar/core/dist/index.mjs';"),
    file('kernel/c.test.ts', "import '#test/databases.ts';"),
    file(
      'packages/express/src/ok.ts',
      "import { x } from '@bursar/core/http'; import './index.ts';",
    ),
  ]);

  expect(places(problems)).toEqual([
    ...['kernel/a.ts:1', 'kernel/b.ts:1'],
    ...['packages/fastify/src/index.ts:1', 'packages/express/src/index.ts:1'],
  ]);
});

test('a circle is told once, by its shortest way', () => {
  const problems = cycles([
    file('ledger/a.ts', "\nimport './b.ts';"),
    file('ledger/b.ts', "import './c.ts'; import './d.ts';"),
    file('ledger/c.ts', "import type { A } from './a.ts';"),
    file('ledger/d.ts', "import './e.ts';"),
    file('ledger/e.ts', "export {} from './a.ts';"),
    file('kernel/self.ts', "import './self.ts';"),
    file('kernel/line.ts', "import './self.ts';"),
    file('kernel/x.test.ts', "import './line.ts'; import './x.test.ts';"),
  ]);

  expect(problems).toHaveLength(3);
  expect(problems[0]).toMatch(
    /a\.ts:2 .*ledger\/a\.ts -> ledger\/b\.ts -> ledger\/c\.ts -> ledger\/a\.ts/,
  );
  expect(places(problems)).toEqual(['ledger/a.ts:2', 'ledger/d.ts:1', 'kernel/self.ts:1']);
});

test('a header is the first thing in a file', () => {
  const problems = missingHeaders([
    file('a.ts', '/** Why. */\n'),
    file('b.ts', "import './a.ts';"),
    file('c.ts', '// Why.'),
    file('d.ts', '/* Why. */'),
  ]);

  expect(places(problems)).toEqual(['b.ts:1', 'c.ts:1', 'd.ts:1']);
});

test('any is seen as a type and excused only with a reason', () => {
  const ignore = '// biome-ignore lint/suspicious/noExplicitAny:';
  const problems = anys([
    file('a.ts', '// any\nconst any = "any";\nlet x: any;'),
    file('b.ts', `${ignore} the driver says so\nlet x: any;\nlet y = z as any[];`),
    file('c.ts', `${ignore} <explanation>\nlet x: any;`),
    file('d.ts', `${ignore}\nlet x: any;`),
    file('e.ts', `${ignore} variance\nfunction f(\n  x: Map<any, string>,\n) {}`),
    file('f.test.ts', 'let x: any;'),
  ]);

  expect(places(problems)).toEqual(['a.ts:3', 'b.ts:3', 'c.ts:2', 'd.ts:2', 'f.test.ts:1']);
});

test('an exported function needs a docblock of its own', () => {
  const problems = missingDocblocks([
    file('a.ts', '/** Header. */\nexport function a() {}'),
    file('b.ts', '/** Header. */\n\n/** Docblock. */\nexport function b() {}\nfunction inner() {}'),
    file(
      'c.ts',
      '/** Header. */\nimport "x";\n// Comment.\nexport const c = async () => {};\nexport const d = 1;',
    ),
    file(
      'd.ts',
      '/** Header. */\nimport "x";\nfunction d() {}\n/** Docblock. */\nfunction e() {}\nexport { d, e };',
    ),
    file('e.ts', '/** Header. */\nimport "x";\nexport default function () {}'),
    file(
      'f.ts',
      '/** H. */\nimport "x";\n/** D. */\nexport function f(a: 1): 1;\nexport function f(a: 2): 2;\nexport function f(a: 1 | 2) { return a; }',
    ),
    file('g.test.ts', 'export function g() {}'),
    file(
      'h.ts',
      "/** Header. */\nexport { h } from './a.ts';\nconst i = () => 1;\nexport default i;",
    ),
  ]);

  expect(places(problems)).toEqual(['a.ts:2', 'c.ts:4', 'd.ts:3', 'e.ts:3', 'h.ts:3']);
});

test('the system clock is read in the kernel only', () => {
  const reads =
    'Date.now();\nnew Date();\nnew Date;\nperformance.now();\nDate();\nprocess.hrtime.bigint();\nTemporal.Now.instant();';
  const problems = clockReads([
    file('ledger/a.ts', reads),
    file(
      'ledger/b.ts',
      'new Date(0); new Date(scope.now); scope.now; Date.parse("x"); x.Date.UTC(1);',
    ),
    file('kernel/clock.ts', reads),
    file('ledger/a.test.ts', reads),
    file('packages/fastify/src/index.ts', 'const at = Date.now;'),
  ]);

  expect(places(problems)).toEqual([
    ...[1, 2, 3, 4, 5, 6, 7].map((line) => `ledger/a.ts:${line}`),
    'packages/fastify/src/index.ts:1',
  ]);
});

test('a transaction is opened by the scope only', () => {
  const problems = bareTransactions([
    file(
      'ledger/a.ts',
      'await sql.begin(work);\nawait db.transaction(work);\nthis.db.transaction(work);',
    ),
    file(
      'ledger/b.ts',
      'scope.transaction(work); inner.transaction(work); this.scope.transaction(work);',
    ),
    file('ledger/c.ts', 'begin(); transaction(); x.begin; x.beginning();'),
    file('kernel/pool.ts', 'sql.begin(work);'),
    file('ledger/d.test.ts', 'sql.begin(work);'),
  ]);

  expect(places(problems)).toEqual(['ledger/a.ts:1', 'ledger/a.ts:2', 'ledger/a.ts:3']);
});

test('an error class needs a test that holds its code', () => {
  const sources = [
    file(
      'kernel/errors.ts',
      "export abstract class BursarError extends Error {}\nclass Other extends Error { code = 'other'; }",
    ),
    file(
      'ledger/errors.ts',
      "export class A extends BursarError { override readonly code = 'a_code'; }\nexport class B extends BursarError { readonly code = 'b_code' as const; }",
    ),
    file(
      'ledger/more.ts',
      "abstract class Base extends BursarError {}\nclass C extends Base { code = 'c_code'; }\nclass D extends A {}\nclass E extends BursarError {}",
    ),
  ];
  const tests = [
    file('ledger/a.test.ts', "expect(error.code).toBe('a_code'); // 'b_code'"),
    file('test/contract/c.ts', "expect(error).toMatchObject({ code: 'c_code' });"),
    file('ledger/a.ts', "'b_code'"),
  ];

  const problems = unproducedErrors(sources, tests);

  expect(places(problems)).toEqual(['ledger/errors.ts:2', 'ledger/more.ts:4']);
  expect(problems[0]).toContain("'b_code'");
  expect(problems[1]).toContain('no code of its own');
});

describe('a ratchet', () => {
  const sources = [
    file('ledger/a.ts', 'function a() {\n  return 1;\n}\n'),
    file('ledger/b.ts', '\n\nconst b = {\n  c() {\n    return () =>\n      1;\n  },\n};\n\n'),
    file('ledger/b.test.ts', `function b() {${'\n'.repeat(50)}}`),
  ];

  test('measures the longest file and the longest function, not tests', () => {
    expect(longestFile(sources)).toEqual({ where: 'packages/core/src/ledger/b.ts:1', lines: 8 });
    expect(longestFunction(sources)).toEqual({
      where: 'packages/core/src/ledger/b.ts:4',
      lines: 4,
    });
  });

  test('fails when it is passed and when it could be lower', () => {
    expect(ratchet('worst', 7, longestFile(sources))[0]).toMatch(
      /b\.ts:1 has 8 lines, worst allows 7/,
    );
    expect(ratchet('worst', 9, longestFile(sources))[0]).toMatch(/lower worst from 9 to 8/);
    expect(ratchet('worst', 8, longestFile(sources))).toEqual([]);
  });
});
