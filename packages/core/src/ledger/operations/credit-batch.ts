/** Many credits in one transaction, each for itself: one that is refused leaves the others as they are. */
import { isBursarError, type Scope } from '../../kernel/index.ts';
import { type Credit, credit } from './credit.ts';
import { creditAtOnce } from './credit-at-once.ts';

/** A credit of a batch, by its place in what is imported. */
export type BatchLine = { readonly line: number; readonly credit: Credit };

/** What became of one: credited now, credited before under its key, or refused. */
export type BatchOutcome =
  | { readonly line: number; readonly outcome: 'credited' | 'replayed' }
  | {
      readonly line: number;
      readonly outcome: 'refused';
      readonly error: Error & { code: string };
    };

/**
 * Credits them all, in one transaction, customers in one order so that two batches do not wait for each other.
 *
 * @returns In the order of their lines.
 * @throws {DatabaseError} None of them is credited; with keys the same batch may be sent again.
 */
export async function creditBatch(
  scope: Scope,
  lines: readonly BatchLine[],
): Promise<BatchOutcome[]> {
  const ordered = [...lines].sort((one, other) =>
    one.credit.customer < other.credit.customer
      ? -1
      : Number(one.credit.customer !== other.credit.customer),
  );
  const outcomes = await scope.transaction(async (inner) => {
    const simple = await creditAtOnce(inner, ordered);
    const done: BatchOutcome[] = [];
    for (const one of ordered) {
      const { line } = one;
      done.push(simple.has(line) ? { line, outcome: 'credited' } : await creditOne(inner, one));
    }
    return done;
  });
  return outcomes.sort((one, other) => one.line - other.line);
}

/** A refusal is said before anything is written, so the transaction goes on; what the database says ends it. */
async function creditOne(scope: Scope, { line, credit: asked }: BatchLine): Promise<BatchOutcome> {
  try {
    const { replayed } = await credit(scope, asked);
    return { line, outcome: replayed ? 'replayed' : 'credited' };
  } catch (error) {
    if (!isBursarError(error) || error.code === 'database') throw error;
    return { line, outcome: 'refused', error };
  }
}
