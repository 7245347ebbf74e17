/**
 * A transaction on postgres.js that cannot leak: once its connection is gone, nothing of it runs elsewhere.
 *
 * The driver would send what is left of the callback, and its COMMIT or ROLLBACK, over a new connection.
 * So a `dead` flag is read before each query, and a callback that outlives its connection never settles.
 */
import type { Sql, TransactionSql } from 'postgres';
import type { Row } from './codec.ts';
import { isLost, lostConnection, translate } from './failures.ts';
import type { Lane } from './lane.ts';
import type { Statement } from './statement.ts';

/** One client of one connection, and who wants to know when that connection closes. */
export type Slot = {
  readonly client: Sql;
  /** Set once its connection broke: the client is thrown away, never used again. */
  lost: boolean;
  /** Called when the driver sees the connection close, before any callback learns of it. */
  onLost: ((cause: unknown) => void) | null;
  /** How long it may show no sign of life while it is in use, in milliseconds. */
  readonly patience: number;
  /** When that is over, by the process's own clock. Only read while in use. */
  until: number;
};

export type Send = (client: Sql | TransactionSql, statement: Statement) => Promise<Row[]>;

/**
 * Runs `work` in one transaction on the slot.
 * @throws {DatabaseError} The connection was lost: nothing is written, or its message says that it may be.
 */
export function guardedTransaction<T>(
  slot: Slot,
  send: Send,
  work: (lane: Lane) => Promise<T>,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let dead = false;
    let committing = false;
    let over = false;

    function lose(cause: unknown): void {
      if (dead) return;
      dead = true;
      slot.lost = true;
      reject(lostConnection(committing ? maybeWritten : nothingWritten, cause));
    }

    async function query(transaction: TransactionSql, statement: Statement): Promise<Row[]> {
      if (dead) throw lostConnection(nothingWritten, null);
      if (over) throw new Error('This transaction is over: nothing of it may be kept and used.');
      try {
        slot.until = performance.now() + slot.patience;
        return await send(transaction, statement);
      } catch (error) {
        if (isLost(error)) lose(error);
        throw translate(error);
      } finally {
        slot.until = performance.now() + slot.patience;
      }
    }

    async function guarded(transaction: TransactionSql): Promise<T> {
      try {
        const answer = await work({ query: (statement) => query(transaction, statement) });
        // Surfaces what `work` swallowed: in a failed transaction, or on a dead connection, this throws.
        if (!dead) await transaction.unsafe('select 1');
        over = committing = true;
        return dead ? await never() : answer;
      } catch (error) {
        over = true;
        if (isLost(error)) lose(error);
        if (dead) return await never();
        throw error;
      }
    }

    slot.onLost = lose;
    slot.client
      .begin('isolation level read committed', guarded)
      .then((answer) => resolve(answer as T))
      .catch((error: unknown) => (isLost(error) ? lose(error) : reject(translate(error))));
  });
}

const nothingWritten = 'The connection was lost inside a transaction: nothing of it was written.';
const maybeWritten =
  'The connection was lost while a transaction committed: it may or may not be written.';

function never(): Promise<never> {
  return new Promise(() => {});
}
