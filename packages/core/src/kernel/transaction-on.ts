/**
 * A transaction on the handle a host gave us, so that its own statements and ours share it.
 *
 * The handle is the host's, the guard is ours: once its connection is gone, no later statement of the kit runs in
 * autocommit on another one, and what `work` swallowed comes to light before the commit.
 */
import type { Row } from './codec.ts';
import { isLost, lostConnection, translate } from './failures.ts';
import { adaptTransaction, type HostTransaction } from './host-transaction.ts';
import type { Database, Lane } from './lane.ts';
import type { Statement, Value } from './statement.ts';

type Begin = (work: (transaction: unknown) => Promise<unknown>) => Promise<unknown>;

/** One transaction, twice: as the kit's lane, and as what the host's handle gives its callers. */
export type OpenTransaction = { readonly lane: Lane; readonly transaction: unknown };

/**
 * Runs `work` once, in one transaction on `handle` if that is an open Drizzle, PGlite or postgres.js handle, else on
 * `database`, where the host's half has the shape of pg's clients.
 *
 * @throws {DatabaseError} The connection was lost: nothing is written, or its message says that it may be.
 */
export async function transactionOn<T>(
  handle: unknown,
  database: Database,
  work: (open: OpenTransaction) => Promise<T>,
): Promise<T> {
  const begin = beginOf(handle);
  if (!begin) {
    return database.transaction((lane) => work({ lane, transaction: clientOver(lane) }));
  }
  const guard = { dead: false };
  try {
    const answer = await begin(async (transaction) => {
      const lane = guarded(adaptTransaction(transaction as HostTransaction, database), guard);
      const done = await work({ lane, transaction });
      await lane.query({ text: 'select 1', values: [] });
      return done;
    });
    return answer as T;
  } catch (error) {
    throw translate(error);
  } finally {
    guard.dead = true;
  }
}

/** How the handle opens one, if it can: Drizzle's and PGlite's `transaction`, postgres.js's `begin`. */
function beginOf(handle: unknown): Begin | null {
  if (typeof handle === 'function' && 'begin' in handle)
    return (work) => method(handle, 'begin')(work);
  const isObject = typeof handle === 'object' && handle !== null;
  return isObject && 'transaction' in handle ? (work) => method(handle, 'transaction')(work) : null;
}

function method(handle: object, name: string): Begin {
  return (handle as Record<string, Begin>)[name]?.bind(handle) as Begin;
}

function guarded(lane: Lane, guard: { dead: boolean }): Lane {
  return {
    async query(statement: Statement): Promise<Row[]> {
      if (guard.dead) throw lostConnection(over, null);
      try {
        return await lane.query(statement);
      } catch (error) {
        if (isLost(error)) guard.dead = true;
        throw translate(error);
      }
    },
  };
}

const over = 'This transaction is over, or its connection was lost: nothing was sent.';

/** What a host without a handle of its own gets. */
function clientOver(lane: Lane) {
  return {
    query: async (text: string, values: readonly Value[] = []) => ({
      rows: await lane.query({ text, values }),
    }),
  };
}
