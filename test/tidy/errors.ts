/**
 * Every class of the error family is produced by a test that names its code.
 */
import ts from 'typescript';
import { nodesOf, type Problem, problem, type Source } from './source.ts';

type ErrorClass = {
  readonly source: Source;
  readonly node: ts.ClassDeclaration;
  readonly parent: string;
  readonly code: string | undefined;
};

/**
 * A code counts as asserted where a test holds it as a string of its own.
 *
 * @param tests Without the tidy test itself, whose fixtures name codes too.
 */
export function unproducedErrors(sources: readonly Source[], tests: readonly Source[]): Problem[] {
  const family = errorFamily(sources.filter((source) => !source.isTest));
  const asserted = new Set(tests.filter((test) => test.isTest).flatMap(stringsOf));
  return [...family].flatMap(([name, { source, node, code }]) => {
    if (isAbstract(node)) return [];
    if (code === undefined) {
      return [
        problem(
          source,
          node,
          `${name} has no code of its own: override readonly code with a literal.`,
        ),
      ];
    }
    if (asserted.has(code)) return [];
    return [
      problem(source, node, `no test produces ${name}: write one that asserts the code '${code}'.`),
    ];
  });
}

/** Classes below `BursarError`, also across files and through each other; a child may inherit its code. */
function errorFamily(sources: readonly Source[]): Map<string, ErrorClass> {
  const classes = new Map(sources.flatMap(classesOf));
  const descends = (name: string): boolean => {
    if (name === 'BursarError') return true;
    const parent = classes.get(name)?.parent;
    return parent !== undefined && descends(parent);
  };
  const codeOf = (name: string): string | undefined => {
    const found = classes.get(name);
    return found && (found.code ?? codeOf(found.parent));
  };
  const family = [...classes].filter(([name]) => name !== 'BursarError' && descends(name));
  return new Map(family.map(([name, found]) => [name, { ...found, code: codeOf(name) }]));
}

function classesOf(source: Source): [string, ErrorClass][] {
  return nodesOf(source)
    .filter(ts.isClassDeclaration)
    .flatMap((node): [string, ErrorClass][] => {
      const parent = node.heritageClauses
        ?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)
        ?.types[0]?.expression.getText();
      if (!node.name || !parent) return [];
      return [[node.name.text, { source, node, parent, code: literalCode(node) }]];
    });
}

function literalCode(node: ts.ClassDeclaration): string | undefined {
  const member = node.members
    .filter(ts.isPropertyDeclaration)
    .find(({ name }) => name.getText() === 'code');
  let value = member?.initializer;
  if (value && ts.isAsExpression(value)) value = value.expression;
  return value && ts.isStringLiteralLike(value) ? value.text : undefined;
}

function isAbstract(node: ts.ClassDeclaration): boolean {
  return node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AbstractKeyword) ?? false;
}

function stringsOf(source: Source): string[] {
  return nodesOf(source)
    .filter(ts.isStringLiteralLike)
    .map(({ text }) => text);
}
