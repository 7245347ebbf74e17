/**
 * Statements and transactions on the connections of a pool, each on one that is its own for as long as it takes.
 *
 * A connection that broke is never used again, and whoever was on it is told so.
 */
import type postgres from 'postgres';
import type { Row } from './codec.ts';
import { isLost, lostBefore, lostStatement, translate } from './failures.ts';
import type { Lane } from './lane.ts';
import type { Pool, Slot } from './pool.ts';
import type { Statement } from './statement.ts';
import { guardedTransaction } from './unit-of-work.ts';

/** How a statement is sent over one client. */
export type Send = (
  client: postgres.Sql | postgres.TransactionSql,
  statement: Statement,
) => Promise<Row[]>;

/** Takes a connection for `work`, and gives it back. @throws {DatabaseError} None was free in time, or it was lost. */
export async function onSlot<T>(pool: Pool, work: (slot: Slot) => Promise<T>): Promise<T> {
  const taken = pool.take();
  const slot = taken instanceof Promise ? await taken : taken;
  try {
    return await work(slot);
  } catch (error) {
    // It closes in a moment: the next one must not be sent over it, and be told that it may have been carried out.
    if (isLost(error)) slot.lost = true;
    throw translate(error);
  } finally {
    pool.give(slot);
  }
}

/**
 * A statement by itself, for as long as its connection lives. The driver may leave it waiting when the connection closes
 * at the wrong moment; that it has closed is always told.
 */
export function whileAlive<T>(slot: Slot, send: () => PromiseLike<T>): Promise<T> {
  if (slot.lost) return Promise.reject(lostBefore());
  return new Promise((resolve, reject) => {
    slot.onLost = (cause) => reject(lostStatement(cause));
    send().then(resolve, reject);
  });
}

/** A guarded transaction on a connection that was taken. */
export function inTransaction<T>(
  slot: Slot,
  send: Send,
  work: (lane: Lane) => Promise<T>,
): Promise<T> {
  if (slot.lost) return Promise.reject(lostBefore());
  return guardedTransaction<postgres.TransactionSql, T>({
    watch: slot,
    begin: (guarded) => slot.client.begin('isolation level read committed', guarded) as Promise<T>,
    send,
    work,
  });
}
