/**
 * Verbs in one transaction of a host's, one after another. Locks keep transactions apart, and here all is one: two that a host does not
 * wait for would both read before either writes, and pass a limit together.
 *
 * What a verb runs in the course of its own, a host's hook with the same transaction for one, is a part of its turn, and takes turns
 * within it. A hook must not wait for a verb that was asked for outside of it: that one waits for the hook.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

/** Runs work once all that was asked for before it is over, however that ended. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

/** One verb at work: what it runs in its course stands in a line of its own. */
type Turn = {
  readonly of: Turns;
  readonly line: Turns;
  readonly outer: Turn | undefined;
  isOver: boolean;
};

const current = new AsyncLocalStorage<Turn>();
const known = new WeakMap<object, Turns>();

/** One line for what stands for a transaction: the very object that its driver hands out. */
export function turnsOf(transaction: object): Turns {
  const turns = known.get(transaction) ?? createTurns();
  known.set(transaction, turns);
  return turns;
}

function createTurns(): Turns {
  const turns: Turns = (work) => (running(turns)?.line ?? line)(work);
  const line = lineOf(turns);
  return turns;
}

/** The innermost that is at work here. What outlives its verb has no part in that any more. */
function running(turns: Turns): Turn | undefined {
  let turn = current.getStore();
  while (turn && (turn.of !== turns || turn.isOver)) turn = turn.outer;
  return turn;
}

function lineOf(turns: Turns): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = { of: turns, line: lineOf(turns), outer: current.getStore(), isOver: false };
    const run = async () => {
      try {
        return await work();
      } finally {
        turn.isOver = true;
      }
    };
    const mine = last.then(() => current.run(turn, run));
    last = mine.catch(() => {});
    return mine;
  };
}
