/**
 * A host's transaction that is of no use once it is over.
 *
 * postgres.js runs what comes late on a transaction's handle by itself, on a connection that may be somebody else's by
 * then: it would be written although the transaction was rolled back.
 */
import type { Loose } from './host-senders.ts';

type Callable = (...parameters: unknown[]) => unknown;
type Gate = { isOver: boolean };

/** The handle, or one that behaves like it, and what ends its use. */
export type Closable<T> = { readonly handle: T; close(): void };

/**
 * Guards what postgres.js hands out, also where Drizzle has wrapped it. PGlite guards its own.
 * @param transaction Made for this transaction alone.
 */
export function closable<T>(transaction: T): Closable<T> {
  const gate: Gate = { isOver: false };
  const close = () => {
    gate.isOver = true;
  };
  if (isClient(transaction)) return { handle: guard(transaction, gate), close };
  // Every statement of Drizzle's, however it was built, goes through the client of its session.
  const session = (transaction as { session?: Loose } | null)?.session;
  if (session && isClient(session.client)) session.client = guard(session.client, gate);
  return { handle: transaction, close };
}

/** postgres.js's: a function that is a tag, with methods. */
function isClient(handle: unknown): handle is Loose & Callable {
  return typeof handle === 'function' && 'savepoint' in handle && 'unsafe' in handle;
}

function guard<T extends object>(client: T, gate: Gate): T {
  const call = (callee: Callable, self: unknown, parameters: unknown[]) => {
    if (gate.isOver)
      throw new Error('This transaction is over: nothing of it may be kept and used.');
    return callee.apply(self, parameters);
  };
  return new Proxy(client, {
    apply: (target, self, parameters) => call(target as unknown as Callable, self, parameters),
    get(target, name) {
      const value = (target as Record<PropertyKey, unknown>)[name];
      if (typeof value !== 'function') return value;
      if (name !== 'savepoint')
        return (...parameters: unknown[]) => call(value as Callable, target, parameters);
      return (...parameters: unknown[]) =>
        call(
          value as Callable,
          target,
          parameters.map((one) => (typeof one === 'function' ? guardInner(one, gate) : one)),
        );
    },
  });
}

/** What a savepoint is given is as long-lived as its transaction. */
function guardInner(work: unknown, gate: Gate): Callable {
  return (inner) => (work as Callable)(guard(inner as object, gate));
}
