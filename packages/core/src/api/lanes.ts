/**
 * Doing what is due, several at once: each lane that is done with one thing looks for the next, and a lane that is free takes
 * what comes while the others are busy. One that takes long holds nothing back but itself.
 */

export type Lanes = {
  /** There may be more. */
  wake(): void;
  /** Resolves once nothing is in hand and nothing was found. */
  rest(): Promise<void>;
};

export type Work<T> = {
  /** How many lanes there may be. */
  readonly concurrency: number;
  /** Takes up to `limit` things into hand. */
  readonly claim: (limit: number) => Promise<readonly T[]>;
  readonly take: (one: T) => Promise<void>;
  /** Told of what `claim` or `take` throws; that lane ends, and the next `wake` opens another. */
  readonly failed: (error: unknown) => void;
};

/** Lanes that do nothing until they are woken. */
export function createLanes<T>({ concurrency, claim, take, failed }: Work<T>): Lanes {
  const busy = new Set<Promise<void>>();
  let filling: Promise<void> | null = null;
  let isWanted = false;

  function wake(): void {
    isWanted = filling !== null || busy.size >= concurrency;
    if (isWanted) return;
    filling = fill()
      .catch(failed)
      .finally(() => {
        filling = null;
        again();
      });
  }

  /** Whoever asked while nobody was free may have asked after the last look. */
  function again(): void {
    if (isWanted) wake();
  }

  async function fill(): Promise<void> {
    for (const one of await claim(concurrency - busy.size)) open(one);
  }

  function open(first: T): void {
    const lane = takeOn(first)
      .catch(failed)
      .finally(() => {
        busy.delete(lane);
        again();
      });
    busy.add(lane);
  }

  async function takeOn(first: T): Promise<void> {
    for (let one: T | undefined = first; one !== undefined; [one] = await claim(1)) await take(one);
  }

  async function rest(): Promise<void> {
    while (filling || busy.size > 0) await Promise.all([filling, ...busy]);
  }

  return { wake, rest };
}
