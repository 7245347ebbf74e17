/**
 * Sizes that may only shrink: today's worst is written down, and nothing passes it.
 */
import ts from 'typescript';
import { lineOf, nodesOf, type Problem, type Source } from './source.ts';

export type Size = { readonly where: string; readonly lines: number };

/** Tables are left out: a `schema.ts` is a list, as long as the slice has columns and constraints. */
export function longestFile(sources: readonly Source[]): Size {
  const files = shipped(sources).filter(({ path }) => !path.endsWith('/schema.ts'));
  return longest(files.map(({ path, text }) => ({ where: `${path}:1`, lines: linesIn(text) })));
}

export function longestFunction(sources: readonly Source[]): Size {
  return longest(
    shipped(sources).flatMap((source) =>
      nodesOf(source)
        .filter((node) => ts.isFunctionLike(node) && 'body' in node && node.body !== undefined)
        .map((node) => ({
          where: `${source.path}:${lineOf(source, node)}`,
          lines: linesIn(node.getText()),
        })),
    ),
  );
}

/** Fails when the worst has grown, and when the constant could be lower. */
export function ratchet(name: string, allowed: number, { where, lines }: Size): Problem[] {
  if (lines > allowed) {
    return [
      `${where} has ${lines} lines, ${name} allows ${allowed}: look for the second noun or verb that wants out.`,
    ];
  }
  if (lines < allowed)
    return [
      `${where} is the longest with ${lines} lines: lower ${name} from ${allowed} to ${lines}.`,
    ];
  return [];
}

function shipped(sources: readonly Source[]): Source[] {
  return sources.filter((source) => !source.isTest);
}

function longest(sizes: readonly Size[]): Size {
  return sizes.reduce((worst, size) => (size.lines > worst.lines ? size : worst), {
    where: '',
    lines: 0,
  });
}

function linesIn(text: string): number {
  return text.trimEnd().split('\n').length;
}
