/**
 * What time it is. The only place in the kit that asks the system's clock.
 */

/** Where a kit takes "now" from. */
export type Clock = { now(): Date };

/** The machine's own clock. */
export const systemClock: Clock = { now: () => new Date() };

/** Milliseconds of the process's own clock, which nobody sets: for how long something took, never for when it was. */
export function stopwatch(): number {
  return performance.now();
}
