/** How long what failed waits for its next attempt. */

/** 1 s, doubled each time up to an hour, a fifth more or less: those that failed together do not come back together. */
export function delayOf(attempt: number): number {
  return jittered(Math.min(3_600_000, 1000 * 2 ** (attempt - 1)));
}

/** A fifth more or less, in whole milliseconds. */
export function jittered(milliseconds: number): number {
  return Math.round(milliseconds * (0.8 + Math.random() * 0.4));
}

/** Of anything that can be thrown. */
export function messageOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'It threw what cannot be told.';
  }
}
