/** Those that wait for a connection: served in the order they came, turned away at their deadline. */
import { DatabaseError } from './errors.ts';

export type WaitingLine<T> = {
  isEmpty(): boolean;
  /** @throws {DatabaseError} Its turn did not come in time, or the line was closed. */
  join(): Promise<T>;
  /** The one whose turn it is; call it only when there is something to give. */
  next(): ((turn: T) => void) | null;
  close(): void;
};

type Waiter<T> = {
  resolve(turn: T): void;
  reject(error: unknown): void;
  readonly until: number;
};

/** An empty line, in which nobody waits longer than this. */
export function createWaitingLine<T>(milliseconds: number): WaitingLine<T> {
  const waiting = new Set<Waiter<T>>();
  let alarm: NodeJS.Timeout | null = null;

  /** One timer for all: they end in the order they came. */
  function turnAway(): void {
    alarm = null;
    const now = performance.now();
    for (const waiter of waiting) {
      if (waiter.until > now + 1) {
        alarm = setTimeout(turnAway, waiter.until - now);
        return;
      }
      waiting.delete(waiter);
      waiter.reject(tooLate(milliseconds));
    }
  }

  return {
    isEmpty: () => waiting.size === 0,
    join() {
      return new Promise((resolve, reject) => {
        waiting.add({ resolve, reject, until: performance.now() + milliseconds });
        alarm ??= setTimeout(turnAway, milliseconds);
      });
    },
    next() {
      const [first] = waiting;
      if (!first) return null;
      waiting.delete(first);
      return first.resolve;
    },
    close() {
      if (alarm) clearTimeout(alarm);
      for (const waiter of waiting) waiter.reject(closed());
      waiting.clear();
    },
  };
}

function tooLate(milliseconds: number): DatabaseError {
  return new DatabaseError(
    `No connection became free within ${milliseconds} ms: nothing was sent.`,
  );
}

function closed(): DatabaseError {
  return new DatabaseError('The database handle was closed while waiting: nothing was sent.');
}
