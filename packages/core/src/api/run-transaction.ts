/**
 * A transaction that the kit opens and commits, with a handle of the kind the host gave: what was told inside is
 * published as soon as it is committed.
 */
import { adaptTransaction, type HostTransaction, type Lane, type News } from '../kernel/index.ts';
import type { Root } from './root.ts';

type Work<T> = (lane: Lane, tx: unknown, told: News[]) => Promise<T>;
type Transacting = { transaction(work: (tx: unknown) => Promise<unknown>): Promise<unknown> };

/** Runs `work` in one transaction; all of it commits, or nothing. */
export async function runTransaction<T>(root: Root, work: Work<T>): Promise<T> {
  const told: News[] = [];
  const database = await root.database();
  const { database: handle, schema } = root.options;
  const answer = hasTransactions(handle)
    ? await handle.transaction((tx) => work(adaptTransaction(tx as HostTransaction, { schema }), tx, told))
    : await database.transaction((lane) => work(lane, clientOver(lane), told));
  root.bus.publish(told);
  return answer as T;
}

/** Drizzle's and PGlite's own. */
function hasTransactions(handle: unknown): handle is Transacting {
  return typeof handle === 'object' && handle !== null && 'transaction' in handle;
}

/** What a host without a handle of its own gets: the shape of pg's clients. */
function clientOver(lane: Lane) {
  return {
    query: async (text: string, values: readonly never[] = []) => ({ rows: await lane.query({ text, values }) }),
  };
}
