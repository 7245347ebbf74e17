/**
 * Verbs in one transaction of a host's, one after another. Locks keep transactions apart, and here all is one: two that a host does not
 * wait for would both read before either writes, and pass a limit together.
 *
 * What a verb runs in the course of its own, a host's hook with the same transaction for one, is a part of its turn.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

/** Runs work once all that was asked for before it is over, however that ended. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

type Inside = { readonly turns: Turns; readonly outer: Inside | undefined };

const inside = new AsyncLocalStorage<Inside>();
const known = new WeakMap<object, Turns>();

/** One line for a transaction, through however many handles it is used. */
export function turnsOf(transaction: object): Turns {
  const turns = known.get(transaction) ?? createTurns();
  known.set(transaction, turns);
  return turns;
}

function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  const turns: Turns = (work) => {
    const outer = inside.getStore();
    if (isWithin(outer, turns)) return work();
    const mine = last.then(() => inside.run({ turns, outer }, work));
    last = mine.catch(() => {});
    return mine;
  };
  return turns;
}

function isWithin(inner: Inside | undefined, turns: Turns): boolean {
  for (let one = inner; one; one = one.outer) if (one.turns === turns) return true;
  return false;
}
