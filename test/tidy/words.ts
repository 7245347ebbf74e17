/**
 * What may not stand in a source file, wherever it is: each rule reads one file at a time.
 */
import ts from 'typescript';
import { lineOf, nodesOf, type Problem, problem, type Source } from './source.ts';

export function missingHeaders(sources: readonly Source[]): Problem[] {
  return sources
    .filter((source) => !source.text.startsWith('/**'))
    .map((source) =>
      problem(
        source,
        1,
        'has no header: open with /** what this room is for, and which promise it keeps. */',
      ),
    );
}

/** Biome refuses `any` as well; here its exception must say why. */
export function anys(sources: readonly Source[]): Problem[] {
  return sources.flatMap((source) =>
    nodesOf(source)
      .filter((node) => node.kind === ts.SyntaxKind.AnyKeyword && !isExcused(source, node))
      .map((node) =>
        problem(
          source,
          node,
          'says any: write the type, or unknown and a check (or a biome-ignore that says why).',
        ),
      ),
  );
}

export function missingDocblocks(sources: readonly Source[]): Problem[] {
  return sources
    .filter((source) => !source.isTest)
    .flatMap((source) =>
      exportedFunctions(source)
        .filter(({ node }) => !hasDocblock(source, node))
        .map(({ node, name }) =>
          problem(
            source,
            node,
            `exports ${name} without a docblock: say what happens, what it returns and throws.`,
          ),
        ),
    );
}

/** Only the kernel reads the clock; all others are told the time by their scope. */
export function clockReads(sources: readonly Source[]): Problem[] {
  return outsideKernel(sources).flatMap((source) =>
    nodesOf(source)
      .filter(readsClock)
      .map((node) =>
        problem(
          source,
          node,
          'reads the system clock: take scope.now, or a Clock from the kernel.',
        ),
      ),
  );
}

/** A transaction without the scope's guard can run its rest on another connection. */
export function bareTransactions(sources: readonly Source[]): Problem[] {
  return outsideKernel(sources).flatMap((source) =>
    nodesOf(source)
      .filter(opensTransaction)
      .map((node) =>
        problem(source, node, 'opens a transaction of its own: use scope.transaction(…).'),
      ),
  );
}

function outsideKernel(sources: readonly Source[]): Source[] {
  return sources.filter(
    (source) => !source.isTest && !/^packages\/core\/src\/kernel\//.test(source.path),
  );
}

/** The comment stands above the line of the word, or above the statement that holds it. */
function isExcused(source: Source, node: ts.Node): boolean {
  const lines = source.text.split('\n');
  let statement = node;
  while (!ts.isStatement(statement) && !ts.isClassElement(statement) && statement.parent) {
    statement = statement.parent;
  }
  return [lineOf(source, node), lineOf(source, statement)].some((line) =>
    /biome-ignore lint\/suspicious\/noExplicitAny: (?!<explanation>)\S/.test(lines[line - 2] ?? ''),
  );
}

type Exported = { readonly node: ts.Node; readonly name: string };

function exportedFunctions(source: Source): Exported[] {
  const functions = new Map<string, ts.Node>();
  const exported = new Set<string>();
  for (const statement of source.tree.statements) {
    for (const { node, name } of functionsOf(statement)) {
      // The first of several overloads carries the docblock.
      if (!functions.has(name)) functions.set(name, node);
      if (isExported(statement)) exported.add(name);
    }
    for (const name of namesExportedBy(statement)) exported.add(name);
  }
  return [...functions]
    .filter(([name]) => exported.has(name))
    .map(([name, node]) => ({ name, node }));
}

function functionsOf(statement: ts.Statement): Exported[] {
  if (ts.isFunctionDeclaration(statement)) {
    return [{ node: statement, name: statement.name?.text ?? 'default' }];
  }
  if (!ts.isVariableStatement(statement)) return [];
  return statement.declarationList.declarations
    .filter(({ initializer }) => initializer && isFunction(initializer))
    .map((declaration) => ({ node: statement, name: declaration.name.getText() }));
}

function isFunction(expression: ts.Expression): boolean {
  return ts.isArrowFunction(expression) || ts.isFunctionExpression(expression);
}

function isExported(statement: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

/** `export { place, hold as default }` and `export default place`, of this file's own names. */
function namesExportedBy(statement: ts.Statement): string[] {
  if (ts.isExportAssignment(statement)) return [statement.expression.getText()];
  if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier) return [];
  const clause = statement.exportClause;
  if (!clause || !ts.isNamedExports(clause)) return [];
  return clause.elements.map((element) => (element.propertyName ?? element.name).text);
}

/** The file's header stands above its first statement and is not that statement's docblock. */
function hasDocblock(source: Source, node: ts.Node): boolean {
  const blocks = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return blocks.some((block) => block.getStart(source.tree) > 0);
}

function readsClock(node: ts.Node): boolean {
  if (ts.isNewExpression(node)) return isNamed(node.expression, 'Date') && !node.arguments?.length;
  if (ts.isCallExpression(node) && isNamed(node.expression, 'Date')) return true;
  if (!ts.isPropertyAccessExpression(node)) return false;
  const read = `${node.expression.getText()}.${node.name.text}`;
  return ['Date.now', 'performance.now', 'process.hrtime', 'Temporal.Now'].includes(read);
}

function opensTransaction(node: ts.Node): boolean {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
  const { name, expression } = node.expression;
  if (name.text === 'begin') return true;
  if (name.text !== 'transaction') return false;
  const handle = ts.isPropertyAccessExpression(expression) ? expression.name : expression;
  return !/^(scope|inner|outer|\w+Scope)$/.test(handle.getText());
}

function isNamed(node: ts.Node, name: string): boolean {
  return ts.isIdentifier(node) && node.text === name;
}
