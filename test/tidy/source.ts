/**
 * A source file as the tidy test sees it: its path, its syntax tree, and where a node stands.
 *
 * Only syntax is read, never types: the whole tree takes a second, and a fixture is a string.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export type Source = {
  /** From the root of the repository, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
  readonly isTest: boolean;
};

/** One sentence with `file:line` in front: what is wrong, and what to do. */
export type Problem = string;

/** @param path As in `Source`; it decides the slice and whether this is a test. */
export function sourceOf(path: string, text: string): Source {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  return {
    path,
    text,
    tree,
    isTest: /\.(test|test-d)\.ts$/.test(path) || path.startsWith('test/'),
  };
}

/** Reads every TypeScript file below the folders, which are given from the root; a missing folder is empty. */
export function readSources(folders: readonly string[]): Source[] {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const paths = folders.flatMap((folder) => filesBelow(root, folder)).sort();
  return paths.map((path) => sourceOf(path, readFileSync(join(root, path), 'utf8')));
}

/** The folders `src` of all packages. */
export function packageFolders(): string[] {
  const root = fileURLToPath(new URL('../../packages', import.meta.url));
  return readdirSync(root).map((name) => `packages/${name}/src`);
}

/** Every node of the tree, parents first. */
export function nodesOf(source: Source): ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(source.tree);
  return nodes;
}

export function lineOf(source: Source, node: ts.Node): number {
  return source.tree.getLineAndCharacterOfPosition(node.getStart(source.tree)).line + 1;
}

export function problem(source: Source, where: ts.Node | number, sentence: string): Problem {
  const line = typeof where === 'number' ? where : lineOf(source, where);
  return `${source.path}:${line} ${sentence}`;
}

function filesBelow(root: string, folder: string): string[] {
  try {
    return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = posix.join(folder, entry.name);
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesBelow(root, path);
      return entry.name.endsWith('.ts') ? [path] : [];
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
