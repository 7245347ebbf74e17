/**
 * A transaction on postgres.js that cannot leak: once its connection is gone, nothing of it runs elsewhere.
 *
 * The driver would send what is left of the callback, and its COMMIT or ROLLBACK, over a new connection.
 * So a `dead` flag is read before each query, and a callback that outlives its connection never settles.
 */
import type { Row } from './codec.ts';
import { isLost, lostConnection, translate } from './failures.ts';
import type { Lane } from './lane.ts';
import type { Statement } from './statement.ts';

/** What a transaction and whoever owns its connection tell each other. */
export type Watch = {
  /** Set once the connection broke: its client is not to be used again. */
  lost: boolean;
  /** Called when the driver sees the connection close, before any callback learns of it. */
  onLost: ((cause: unknown) => void) | null;
  /** How long it may show no sign of life while it is in use, in milliseconds. */
  readonly patience: number;
  /** When that is over, by the process's own clock. Only read while in use. */
  until: number;
};

/** One transaction to run, on whatever handle opens it. */
export type Unit<Transaction, T> = {
  readonly watch: Watch;
  begin(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  send(transaction: Transaction, statement: Statement): Promise<Row[]>;
  work(lane: Lane, transaction: Transaction): Promise<T>;
};

/**
 * Runs a unit of work once.
 * @throws {DatabaseError} The connection was lost: nothing is written, or its message says that it may be.
 */
export function guardedTransaction<Transaction, T>(unit: Unit<Transaction, T>): Promise<T> {
  const { watch } = unit;
  return new Promise<T>((resolve, reject) => {
    let dead = false;
    let committing = false;
    let over = false;

    function lose(cause: unknown): void {
      if (dead) return;
      dead = watch.lost = true;
      reject(lostConnection(committing ? maybeWritten : nothingWritten, cause));
    }

    async function query(transaction: Transaction, statement: Statement): Promise<Row[]> {
      if (dead) throw lostConnection(nothingWritten, null);
      if (over) throw new Error('This transaction is over: nothing of it may be kept and used.');
      try {
        watch.until = performance.now() + watch.patience;
        return await unit.send(transaction, statement);
      } catch (error) {
        if (isLost(error)) lose(error);
        throw translate(error);
      } finally {
        watch.until = performance.now() + watch.patience;
      }
    }

    async function guarded(transaction: Transaction): Promise<T> {
      const lane: Lane = { query: (statement) => query(transaction, statement) };
      try {
        const answer = await unit.work(lane, transaction);
        // Surfaces what `work` swallowed: in a failed transaction, or on a dead connection, this throws.
        if (!dead) await lane.query(lastStatement);
        over = committing = true;
        return dead ? await never() : answer;
      } catch (error) {
        over = true;
        if (isLost(error)) lose(error);
        if (dead) return await never();
        throw error;
      }
    }

    watch.onLost = lose;
    unit
      .begin(guarded)
      .then(resolve)
      .catch((error: unknown) => (isLost(error) ? lose(error) : reject(translate(error))));
  });
}

const lastStatement: Statement = { text: 'select 1', values: [] };
const nothingWritten = 'The connection was lost inside a transaction: nothing of it was written.';
const maybeWritten =
  'The connection was lost while a transaction committed: it may or may not be written.';

function never(): Promise<never> {
  return new Promise(() => {});
}
