/**
 * Crediting many customers from a list or a stream: in batches, each one transaction, and resumable by its key.
 *
 * Each line has a key of its own, made of the import's and its place: an import that was cut off is sent again from its
 * start, and what was credited before is not credited twice.
 */
import { unitOf } from '../catalog/index.ts';
import { isBursarError, readInput, type Scope, ValidationError } from '../kernel/index.ts';
import {
  type BatchLine,
  type BatchOutcome,
  creditBatch,
  creditLineInput,
} from '../ledger/index.ts';
import type { Binding } from './binding.ts';
import type { ImportProgress, ImportSummary, NewImport } from './import-verbs.ts';

const linesAtOnce = 100;
/** More refusals than anyone reads; the counts are of all. */
const refusedMax = 100;

/** `wallet.import`, of one binding. */
export function bindImport({ command }: Pick<Binding, 'command'>) {
  return {
    import: async (input: NewImport): Promise<ImportSummary> => {
      checkImport(input);
      const summary = { lines: 0, credited: 0, replayed: 0, refused: 0 };
      const refusals: ImportSummary['refusals'][number][] = [];
      for await (const batch of batches(input.credits)) {
        const outcomes = await command((scope) =>
          creditLines(scope, { batch, first: summary.lines, key: input.key }),
        );
        summary.lines += batch.length;
        for (const one of outcomes) {
          summary[one.outcome] += 1;
          if (one.outcome === 'refused' && refusals.length < refusedMax)
            refusals.push({ line: one.line, code: one.error.code, detail: one.error.message });
        }
        await input.onProgress?.({ ...summary } satisfies ImportProgress);
      }
      return { ...summary, refusals };
    },
  };
}

function checkImport({ key, credits }: NewImport): void {
  const isKey = typeof key === 'string' && key.length >= 1 && key.length <= 200;
  if (!isKey)
    throw new ValidationError([
      { pointer: '/key', detail: 'must be a text of 1 to 200 characters' },
    ]);
  const isList = typeof credits === 'object' && credits !== null;
  if (isList && (Symbol.iterator in credits || Symbol.asyncIterator in credits)) return;
  throw new ValidationError([
    { pointer: '/credits', detail: 'must be a list or a stream of credits' },
  ]);
}

async function* batches(credits: NewImport['credits']): AsyncGenerator<unknown[]> {
  let batch: unknown[] = [];
  for await (const line of credits) {
    batch.push(line);
    if (batch.length < linesAtOnce) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Lines that cannot be read are refused; the others are credited together. */
async function creditLines(
  scope: Scope,
  { batch, first, key }: { batch: readonly unknown[]; first: number; key: string },
): Promise<BatchOutcome[]> {
  const unread: BatchOutcome[] = [];
  const lines: BatchLine[] = [];
  for (const [index, given] of batch.entries()) {
    const line = first + index + 1;
    try {
      const {
        source: grantSource,
        notBeforeStart: waits,
        ...asked
      } = readInput(creditLineInput, given);
      unitOf(scope, asked.unit);
      const common = { grantSource, waits, key: `${key}#${line}`, source: 'wallet.import' };
      lines.push({ line, credit: { ...asked, ...common } });
    } catch (error) {
      if (!isBursarError(error)) throw error;
      unread.push({ line, outcome: 'refused', error });
    }
  }
  return [...unread, ...(await creditBatch(scope, lines))];
}
