/**
 * What this process refused for want of quota, counted until its minute is over and then written down for durable consumers.
 * Kept in memory: what a crash takes along is lost.
 */
import {
  createExceededTally,
  type Exceeded,
  minuteOf,
  writeExceeded,
} from '../entitlements/index.ts';
import type { Root } from './root.ts';

export type ExceededNews = {
  /** Writes the minutes that are over. What cannot be written now is kept. @throws What the database threw. */
  write(): Promise<void>;
  /** Writes all of them, for nobody will do it later. */
  finish(): Promise<void>;
};

/** More at a time would only hold locks longer. */
const rowsAtOnce = 500;

/** Counts from now on. */
export function createExceeded(root: Root): ExceededNews {
  const { clock, logger } = root.options;
  const tally = createExceededTally();
  root.bus.on('quota.exceeded', tally.add);

  async function writeOf(tenant: string, exceeded: readonly Exceeded[]): Promise<void> {
    const context = { tenant, actor: null, host: null };
    const late = await root.command(context, (scope) => writeExceeded(scope, exceeded));
    // Their minute was given out without them: they are told with those of this one.
    for (const one of late) tally.merge({ ...one, minute: minuteOf(clock.now()) });
  }

  async function write(until: Date | null): Promise<void> {
    const waiting = batchesOf(tally.take(until));
    try {
      for (let [batch] = waiting; batch; [batch] = waiting) {
        await writeOf(batch.tenant, batch.exceeded);
        waiting.shift();
      }
    } catch (error) {
      for (const one of waiting.flatMap(({ exceeded }) => exceeded)) tally.merge(one);
      throw error;
    }
  }

  return {
    write: () => write(clock.now()),
    finish: () =>
      write(null).catch((err) => logger.warn({ err }, 'Refusals cannot be written down')),
  };
}

function batchesOf(exceeded: readonly Exceeded[]): { tenant: string; exceeded: Exceeded[] }[] {
  const batches: { tenant: string; exceeded: Exceeded[] }[] = [];
  for (const one of exceeded) {
    const open = batches.findLast(({ tenant }) => tenant === one.tenant);
    if (open && open.exceeded.length < rowsAtOnce) open.exceeded.push(one);
    else batches.push({ tenant: one.tenant, exceeded: [one] });
  }
  return batches;
}
