/**
 * Connections to PostgreSQL, each a postgres.js client of its own with one connection.
 *
 * A client is used by one statement or transaction at a time and thrown away once its connection broke or
 * stopped answering: so no wait is without an end, nothing queues behind a lock, and no kill can wedge the rest.
 */
import postgres from 'postgres';
import { DatabaseError } from './errors.ts';
import type { Slot } from './unit-of-work.ts';

export type PoolLimits = {
  readonly connectionsMax: number;
  /** How long to wait for a free connection. */
  readonly acquireMilliseconds: number;
  /** How long a connection in use may show no sign of life before it is taken to be stuck, and destroyed. */
  readonly patienceMilliseconds: number;
};

export type Pool = {
  /** @throws {DatabaseError} None became free in time, or the pool is closed. */
  take(): Slot | Promise<Slot>;
  give(slot: Slot): void;
  close(): Promise<void>;
};

type Waiter = {
  resolve(slot: Slot): void;
  reject(error: unknown): void;
  readonly until: number;
};

/** A pool that opens connections when they are needed, with `options` for each. */
export function createPool(
  options: postgres.Options<Record<string, never>>,
  limits: PoolLimits,
): Pool {
  const free: Slot[] = [];
  const taken = new Set<Slot>();
  const waiting = new Set<Waiter>();
  let closing: Promise<void> | null = null;
  let watch: NodeJS.Timeout | null = null;
  let alarm: NodeJS.Timeout | null = null;

  function open(): Slot {
    const slot: Slot = {
      client: postgres({ ...options, max: 1, onclose }),
      lost: false,
      onLost: null,
      patience: limits.patienceMilliseconds,
      until: 0,
    };
    function onclose(): void {
      slot.lost = true;
      slot.onLost?.(null);
    }
    return slot;
  }

  function usable(): Slot | null {
    for (let slot = free.pop(); slot; slot = free.pop()) {
      if (!slot.lost) return slot;
      discard(slot);
    }
    return taken.size < limits.connectionsMax ? open() : null;
  }

  function take(): Slot | Promise<Slot> {
    if (closing) throw new DatabaseError('The database handle is closed.');
    const slot = waiting.size === 0 ? usable() : null;
    return slot ? mark(slot) : wait();
  }

  function mark(slot: Slot): Slot {
    slot.until = performance.now() + slot.patience;
    taken.add(slot);
    watch ??= setInterval(destroyStuck, 1_000).unref();
    return slot;
  }

  function wait(): Promise<Slot> {
    return new Promise((resolve, reject) => {
      waiting.add({ resolve, reject, until: performance.now() + limits.acquireMilliseconds });
      alarm ??= setTimeout(turnAway, limits.acquireMilliseconds);
    });
  }

  /** One timer for all that wait: they end in the order they came. */
  function turnAway(): void {
    alarm = null;
    const now = performance.now();
    for (const waiter of waiting) {
      if (waiter.until > now + 1) {
        alarm = setTimeout(turnAway, waiter.until - now);
        return;
      }
      waiting.delete(waiter);
      waiter.reject(noneFree(limits.acquireMilliseconds));
    }
  }

  function give(slot: Slot): void {
    if (!taken.delete(slot)) return;
    slot.onLost = null;
    if (slot.lost || closing) discard(slot);
    else free.push(slot);
    serveNext();
  }

  function serveNext(): void {
    const [next] = waiting;
    const slot = next ? usable() : null;
    if (!next || !slot) return;
    waiting.delete(next);
    next.resolve(mark(slot));
  }

  function destroyStuck(): void {
    const now = performance.now();
    for (const slot of taken) {
      if (slot.until >= now) continue;
      slot.lost = true;
      slot.onLost?.(null);
      give(slot);
    }
    if (taken.size === 0 && watch) {
      clearInterval(watch);
      watch = null;
    }
  }

  async function shut(): Promise<void> {
    if (alarm) clearTimeout(alarm);
    for (const waiter of waiting) {
      waiter.reject(
        new DatabaseError('The database handle was closed while waiting: nothing was sent.'),
      );
    }
    waiting.clear();
    const clients = [...free, ...taken].map((slot) => slot.client);
    await Promise.all(clients.map((client) => client.end({ timeout: 5 })));
  }

  return {
    take,
    give,
    close() {
      closing ??= shut();
      return closing;
    },
  };
}

function noneFree(milliseconds: number): DatabaseError {
  return new DatabaseError(
    `No connection became free within ${milliseconds} ms: nothing was sent.`,
  );
}

/** Destroys a client's connection; what is in flight on it is rejected by the driver. */
function discard(slot: Slot): void {
  const { client } = slot;
  void client.end({ timeout: 0 });
  // A connection that was just being made survives `end`, open and idle: closed a moment later.
  setTimeout(() => void client.end({ timeout: 0 }).then(() => closeQuietly(client)), 1_000).unref();
}

async function closeQuietly(client: postgres.Sql): Promise<void> {
  const { close } = client as unknown as { close?: () => Promise<void> };
  await close?.();
}
