/** When what was not taken is sent again, and what an answer means. */

/**
 * Milliseconds after each attempt: ten attempts over about three days.
 * Source: the schedule that Standard Webhooks recommends.
 */
const delays = [
  ...[5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400].map((seconds) => seconds * 1000),
];

export const attemptsMax: number = delays.length + 1;

/** An endpoint that failed for so long, and took nothing meanwhile, is switched off: five days. */
export const failingMillisecondsMax = 5 * 86_400_000;

/** No endpoint may ask to be left alone for longer: a day. */
const retryAfterMillisecondsMax = 86_400_000;

/**
 * How long to wait after an attempt, a tenth more or less, and never less than the endpoint asked for.
 * @param attempt From 1.
 * @returns `null`: it was the last one.
 */
export function delayAfter(
  attempt: number,
  { retryAfter, now }: { retryAfter: string | null; now: Date },
): number | null {
  const exact = delays[attempt - 1];
  if (exact === undefined) return null;
  const spread = Math.round(exact * (0.9 + Math.random() * 0.2));
  return Math.max(spread, asked(retryAfter, now));
}

/** Seconds, or a date. Source: RFC 9110, section 10.2.3. */
function asked(retryAfter: string | null, now: Date): number {
  if (retryAfter === null) return 0;
  const isSeconds = /^\d+$/.test(retryAfter);
  const wait = isSeconds ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now.getTime();
  return Number.isNaN(wait) ? 0 : Math.min(Math.max(0, wait), retryAfterMillisecondsMax);
}
