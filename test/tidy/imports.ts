/**
 * The walls between the slices: imports go down, enter by the door, and never in a circle.
 *
 * A type counts like a value: a slice that knows another's types knows the other. Tests of a slice may look
 * where they like.
 */
import { posix } from 'node:path';
import ts from 'typescript';
import { nodesOf, type Problem, problem, type Source } from './source.ts';

/** From the ground up, as STYLE.md draws the house. Files directly under `src`, and those in `api/`, are the roof. */
export const floors = [
  ...[
    'kernel',
    'events',
    'jobs',
    'http',
    'catalog',
    'settings',
    'customers',
    'audit',
    'webhooks',
    'rates',
  ],
  'ledger',
  ...[
    'subscriptions',
    'entitlements',
    'orders',
    'payments',
    'referrals',
    'refunds',
    'topups',
    'withdrawals',
    'insights',
  ],
] as const;

type Import = { readonly source: Source; readonly node: ts.Node; readonly target: string };

export function upwardImports(sources: readonly Source[]): Problem[] {
  return crossings(sources).flatMap(({ source, node, from, to }) => {
    const [low, high] = [floorOf(from), floorOf(to)];
    if (low === undefined) {
      return [
        problem(source, node, `${from}/ is not in the house: give it a floor in imports.ts.`),
      ];
    }
    if (high === undefined || high <= low) return [];
    const roof = to === '' ? 'a file of the root' : `${to}/`;
    const sentence = `${from}/ imports ${roof}, which stands above it: take a function instead, handed over in bursar.ts.`;
    return [problem(source, node, sentence)];
  });
}

export function brokenDoors(sources: readonly Source[]): Problem[] {
  return crossings(sources).flatMap(({ source, node, target, to }) => {
    if (to === '' || target.endsWith(`/src/${to}/index.ts`)) return [];
    const isSchema = (path: string) => posix.basename(path) === 'schema.ts';
    if (isSchema(target) && isSchema(source.path)) return [];
    const sentence = `goes past the door of ${to}/: import from ${to}/index.ts, or export there what is missing.`;
    return [problem(source, node, sentence)];
  });
}

/** What a published file names must be published with it. */
export function escapes(sources: readonly Source[]): Problem[] {
  const shipped = sources.filter((source) => !source.isTest);
  return shipped.flatMap((source) =>
    specifiersOf(source).flatMap(({ node, name }) => {
      const outside =
        name.startsWith('.') && packageOf(resolve(source, name)) !== packageOf(source.path);
      const deep = /^@bursar\/[a-z]+\/(src|dist)\b/.test(name);
      if (!outside && !deep && !name.startsWith('#test')) return [];
      return [problem(source, node, `imports ${name}, which is not shipped with this package.`)];
    }),
  );
}

/** One shortest circle for each knot of files. */
export function cycles(sources: readonly Source[]): Problem[] {
  const shipped = sources.filter((source) => !source.isTest);
  const next = new Map(shipped.map((source) => [source.path, importsOf(source)]));
  const seen = new Set<string>();
  return shipped.flatMap((source) => {
    if (seen.has(source.path)) return [];
    const circle = shortestCircle(source.path, next);
    const first = circle[0];
    if (!first) return [];
    for (const step of circle) seen.add(step.source.path);
    const way = [...circle.map((step) => step.source.path), source.path].map(shorten).join(' -> ');
    return [problem(source, first.node, `imports itself: ${way}. Move what both need below both.`)];
  });
}

type Crossing = Import & { readonly from: string; readonly to: string };

/** Imports of core's files that leave their slice; the root's own are no crossing upwards. */
function crossings(sources: readonly Source[]): Crossing[] {
  return sources
    .filter((source) => !source.isTest && packageOf(source.path) === 'core')
    .flatMap(importsOf)
    .filter(({ target }) => packageOf(target) === 'core')
    .map((one) => ({ ...one, from: sliceOf(one.source.path), to: sliceOf(one.target) }))
    .filter(({ from, to }) => from !== to);
}

function importsOf(source: Source): Import[] {
  return specifiersOf(source)
    .filter(({ name }) => name.startsWith('.'))
    .map(({ node, name }) => ({ source, node, target: resolve(source, name) }));
}

/** Imports, re-exports, `import('…')` as value and as type; an augmentation (`declare module`) is none. */
function specifiersOf(source: Source): { node: ts.Node; name: string }[] {
  return nodesOf(source).flatMap((node) => {
    const name = specifierOf(node);
    return name && ts.isStringLiteralLike(name) ? [{ node, name: name.text }] : [];
  });
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node)) {
    return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
  }
  const called = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
  return called ? node.arguments[0] : undefined;
}

function resolve(source: Source, name: string): string {
  return posix.join(posix.dirname(source.path), name);
}

function shortestCircle(start: string, next: ReadonlyMap<string, readonly Import[]>): Import[] {
  const ways = new Map<string, Import[]>([[start, []]]);
  for (const [path, way] of ways) {
    for (const step of next.get(path) ?? []) {
      if (step.target === start) return [...way, step];
      if (!ways.has(step.target)) ways.set(step.target, [...way, step]);
    }
  }
  return [];
}

function floorOf(slice: string): number | undefined {
  if (slice === '') return floors.length;
  const floor = (floors as readonly string[]).indexOf(slice);
  return floor < 0 ? undefined : floor;
}

function packageOf(path: string): string | undefined {
  return /^packages\/([^/]+)\/src\//.exec(path)?.[1];
}

/** The first folder under `src`; empty for the roof. */
function sliceOf(path: string): string {
  const folder = /^packages\/[^/]+\/src\/([^/]+)\//.exec(path)?.[1] ?? '';
  return folder === 'api' ? '' : folder;
}

function shorten(path: string): string {
  return path.replace(/^packages\/core\/src\//, '');
}
