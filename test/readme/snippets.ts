/** The TypeScript blocks of our texts, compiled as they stand against the sources. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const root: string = fileURLToPath(new URL('../..', import.meta.url));

/** A block whose first line is `// name.ts`; `output` is the text block right after it, if there is one. */
export type Snippet = {
  readonly name: string;
  readonly text: string;
  readonly output: string | undefined;
};

/** The blocks of a text, by its path from the root; `count` is of all TypeScript blocks, named or not. */
export function snippetsOf(path: string): { snippets: readonly Snippet[]; count: number } {
  const text = readFileSync(root + path, 'utf8');
  const blocks = text.matchAll(
    /```ts\n\/\/ (\S+\.ts)\n([\s\S]*?)```(?:\n+```text\n([\s\S]*?)```)?/g,
  );
  return {
    snippets: [...blocks].map(([, name = '', block = '', output]) => ({
      name,
      text: block,
      output,
    })),
    count: [...text.matchAll(/```ts\n/g)].length,
  };
}

/** What the compiler says of these files, which stand beside each other in this folder and exist nowhere. */
export function compile(snippets: Iterable<Pick<Snippet, 'name' | 'text'>>): string[] {
  const files = new Map<string, string>();
  for (const { name, text } of snippets) files.set(`${root}test/readme/${name}`, text);
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
