/**
 * What runs in the background once a kit is started: every second, what is due. Any number of processes may run it.
 *
 * It never keeps a process alive, and a failure (a database that is away) only waits for the next second.
 */
import type { Root } from './root.ts';
import { runDue } from './run-due.ts';

export type Worker = {
  /** Begins, unless it runs already or was stopped. */
  start(): void;
  /** Ends it for good, and waits for what it is in the middle of. */
  stop(): Promise<void>;
};

const intervalMilliseconds = 1000;

/** How many passes there are between two times of tidying: about ten minutes. */
const tidyEvery = 600;

/**
 * A worker that does nothing yet.
 * @param each What is done in each pass after what is due: its failing must not hold that up.
 * @param tidy What is done now and then, such as forgetting what is old.
 */
export function createWorker(
  root: Root,
  { each, tidy }: { each: () => Promise<unknown>; tidy: () => Promise<unknown> },
): Worker {
  const { logger, clock } = root.options;
  const stopping = new AbortController();
  const { signal } = stopping;
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;
  let isFailing = false;
  let passes = 1;

  async function pass(): Promise<void> {
    try {
      const { done } = await runDue(root, { until: clock.now(), signal });
      if (done > 0) logger.debug({ done }, 'Did what was due');
      await each();
      if (passes % tidyEvery === 0) await tidy();
      passes += 1;
      isFailing = false;
    } catch (err) {
      // Once per trouble: a database that is away for an hour is not 3,600 errors.
      // Nor is one whose connection was closed under it.
      if (!isFailing && !signal.aborted)
        logger.error({ err }, 'Something that is due cannot be done');
      isFailing = true;
    } finally {
      running = null;
    }
  }

  return {
    start() {
      if (signal.aborted || timer) return;
      timer = setInterval(() => {
        running ??= pass();
      }, intervalMilliseconds).unref();
    },
    async stop() {
      stopping.abort();
      if (timer) clearInterval(timer);
      await running;
    },
  };
}
