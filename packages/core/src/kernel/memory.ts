/**
 * What one process remembers of a tenant: facts that never change once committed, an id by its key.
 *
 * It is bounded: past the limit the oldest are forgotten and read again when needed.
 */

/** Facts by key, for one tenant. */
export type Memory = Map<string, unknown>;

const factsMax = 100_000;

/** An empty memory, for one tenant of one kit. */
export function createMemory(): Memory {
  return new Map();
}

/** Keeps a fact; forgets the oldest when there are too many. */
export function keep(memory: Memory, key: string, value: unknown): void {
  memory.set(key, value);
  if (memory.size <= factsMax) return;
  const oldest = memory.keys().next();
  if (!oldest.done) memory.delete(oldest.value);
}
