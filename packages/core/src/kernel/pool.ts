/**
 * Connections to PostgreSQL, each a postgres.js client of its own with one connection.
 *
 * A client is used by one statement or transaction at a time and thrown away once its connection broke or
 * stopped answering: so no wait is without an end, nothing queues behind a lock, and no kill can wedge the rest.
 */
import postgres from 'postgres';
import { DatabaseError } from './errors.ts';
import type { Watch } from './unit-of-work.ts';
import { createWaitingLine } from './waiting-line.ts';

/** One client of one connection. */
export type Slot = Watch & {
  readonly client: postgres.Sql;
  /** Whose rows its session shows, as it was told; `null`: nobody knows. */
  tenants: string | null;
};

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

/** How long closing waits for a statement under way: a host that closes has eight seconds for everything. */
const closeSeconds = 2;

export type ConnectionOptions = postgres.Options<Record<string, never>>;

/** A pool that opens connections when they are needed, with `options` for each. */
export function createPool(options: ConnectionOptions, limits: PoolLimits): Pool {
  const free: Slot[] = [];
  const taken = new Set<Slot>();
  const line = createWaitingLine<Slot>(limits.acquireMilliseconds);
  const watch = watchOver(taken, give);
  let closing: Promise<void> | null = null;

  function usable(): Slot | null {
    for (let slot = free.pop(); slot; slot = free.pop()) {
      if (!slot.lost) return slot;
      discard(slot);
    }
    return taken.size < limits.connectionsMax
      ? openSlot(options, limits.patienceMilliseconds)
      : null;
  }

  function mark(slot: Slot): Slot {
    slot.until = performance.now() + slot.patience;
    taken.add(slot);
    watch.start();
    return slot;
  }

  function take(): Slot | Promise<Slot> {
    if (closing) throw new DatabaseError('The database handle is closed.');
    const slot = line.isEmpty() ? usable() : null;
    return slot ? mark(slot) : line.join();
  }

  function give(slot: Slot): void {
    if (!taken.delete(slot)) return;
    slot.onLost = null;
    if (slot.lost || closing) discard(slot);
    else free.push(slot);
    const next = line.isEmpty() ? null : usable();
    if (next) line.next()?.(mark(next));
  }

  async function shut(): Promise<void> {
    line.close();
    await Promise.all(
      [...free, ...taken].map(({ client }) => client.end({ timeout: closeSeconds })),
    );
    watch.stop();
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

/** A client of one connection. It connects at its first statement. */
export function openSlot(options: ConnectionOptions, patience: number): Slot {
  const slot: Slot = {
    client: postgres({ ...options, max: 1, onclose }),
    tenants: null,
    lost: false,
    onLost: null,
    patience,
    until: 0,
  };
  function onclose(): void {
    slot.lost = true;
    slot.onLost?.(null);
  }
  return slot;
}

/** Once a second, while any is in use: takes those that fell silent for lost. */
function watchOver(taken: ReadonlySet<Slot>, give: (slot: Slot) => void) {
  let timer: NodeJS.Timeout | null = null;

  function look(): void {
    const now = performance.now();
    for (const slot of taken) {
      if (slot.until >= now) continue;
      slot.lost = true;
      slot.onLost?.(null);
      give(slot);
    }
    if (taken.size === 0) stop();
  }

  function stop(): void {
    if (timer) clearInterval(timer);
    timer = null;
  }

  return {
    start() {
      timer ??= setInterval(look, 1_000).unref();
    },
    stop,
  };
}

/** Destroys a client's connection; what is in flight on it is rejected by the driver. */
function discard({ client }: Slot): void {
  void client.end({ timeout: 0 });
  // A connection that was just being made survives `end`, open and idle: closed a moment later.
  const { close } = client as unknown as { close(): Promise<void> };
  setTimeout(() => void close(), 1_000).unref();
}
