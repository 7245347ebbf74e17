/**
 * A transaction on the handle a host gave us, so that its own statements and ours share it.
 *
 * The handle is the host's, the guard is ours: once its connection is gone, no later statement of the kit runs in
 * autocommit on another one, and what `work` swallowed comes to light before the commit.
 */
import { closable } from './closable.ts';
import { adaptTransaction, type HostTransaction } from './host-transaction.ts';
import type { Database, Lane } from './lane.ts';
import type { Value } from './statement.ts';
import { guardedTransaction } from './unit-of-work.ts';
import { saysWhose } from './walled.ts';

type Begin<T> = (work: (transaction: HostTransaction) => Promise<T>) => Promise<T>;

/** Where one is opened: on the handle the host gave, or on the kit's own database, for a tenant. */
export type Place = {
  readonly handle: unknown;
  readonly database: Database;
  readonly tenant: number;
};

/** One transaction, twice: as the kit's lane, and as what the host's handle gives its callers. */
export type OpenTransaction = { readonly lane: Lane; readonly transaction: unknown };

/**
 * Runs `work` once, in one transaction on `handle` if that is an open Drizzle, PGlite or postgres.js handle, else on
 * `database`, where the host's half has the shape of pg's clients.
 *
 * @throws {DatabaseError} The connection was lost: nothing is written, or its message says that it may be.
 */
export async function transactionOn<T>(
  { handle, database, tenant }: Place,
  work: (open: OpenTransaction) => Promise<T>,
): Promise<T> {
  const begin = beginOf<T>(handle);
  if (!begin) {
    return (database.within?.(tenant) ?? database).transaction((lane) =>
      work({ lane, transaction: clientOver(lane) }),
    );
  }
  let adapted: Lane | null = null;
  let close = () => {};
  return guardedTransaction<HostTransaction, T>({
    watch: { lost: false, onLost: null, patience: 0, until: 0 },
    begin,
    send(transaction, statement) {
      adapted ??= adaptTransaction(transaction, { schema: database.schema });
      return adapted.query(statement);
    },
    work(lane, transaction) {
      const closing = closable(transaction);
      close = closing.close;
      const own = database.within ? saysWhose(lane, null, null) : lane;
      return work({ lane: own, transaction: closing.handle });
    },
  }).finally(() => close());
}

/** How the handle opens one, if it can: Drizzle's and PGlite's `transaction`, postgres.js's `begin`. */
function beginOf<T>(handle: unknown): Begin<T> | null {
  if (typeof handle === 'function' && 'begin' in handle) return methodOf<T>(handle, 'begin');
  const isObject = typeof handle === 'object' && handle !== null;
  return isObject && 'transaction' in handle ? methodOf<T>(handle, 'transaction') : null;
}

function methodOf<T>(handle: object, name: string): Begin<T> {
  const method = (handle as Record<string, Begin<T>>)[name] as Begin<T>;
  return (work) => method.call(handle, work);
}

/** What a host without a handle of its own gets. */
function clientOver(lane: Lane) {
  return {
    query: async (text: string, values: readonly Value[] = []) => ({
      rows: await lane.query({ text, values }),
    }),
  };
}
