/**
 * The README's snippets compile as they stand, against the sources, and its commands are those of package.json.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(`${root}README.md`, 'utf8');

/** Blocks whose first line is `// name.ts`, by name. */
function snippets(): Map<string, string> {
  const blocks = [...readme.matchAll(/```ts\n\/\/ (\S+\.ts)\n([\s\S]*?)```/g)];
  return new Map(blocks.map(([, name, text]) => [`${root}test/readme/${name}`, text ?? '']));
}

function compile(files: ReadonlyMap<string, string>): string[] {
  const { config } = ts.readConfigFile(`${root}tsconfig.base.json`, ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.getSourceFile = (name, settings) => {
    const text = files.get(name);
    return text === undefined
      ? getSourceFile(name, settings)
      : ts.createSourceFile(name, text, settings);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(
      (one) =>
        `${one.file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(one.messageText, '\n')}`,
    );
}

test('every TypeScript block names its file and compiles', () => {
  const files = snippets();

  expect(files.size).toBe([...readme.matchAll(/```ts\n/g)].length);
  expect(files.size).toBeGreaterThanOrEqual(5);
  expect(compile(files)).toEqual([]);
}, 60_000);

test('a key that the catalogue does not have would not compile', () => {
  const files = snippets();
  const wrong = [...files].map(
    ([name, text]) =>
      [name, text.replaceAll("subscribed('reports')", "subscribed('reprots')")] as const,
  );

  expect(compile(new Map(wrong)).join('\n')).toMatch(/"reprots"/);
}, 60_000);

test('the commands it names are there', () => {
  const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
    scripts: Record<string, string>;
  };

  for (const [, name] of readme.matchAll(/^npm (?:run )?(\w+) /gm))
    expect(scripts).toHaveProperty(String(name));
});
