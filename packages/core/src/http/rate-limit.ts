/**
 * `RateLimit` and `RateLimit-Policy` as structured fields, and `Retry-After`, from decisions about quotas.
 *
 * Source: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
 */
import type { Verdict } from './guard.ts';

/** A client that is told to wait longer than this is better told to stop: seconds. */
const waitMax = 3600;

/** The fields for what is left of each quota; empty when none of the decisions is about a finite one. */
export function rateLimitFields(decisions: readonly Verdict[], now: Date): Record<string, string> {
  const finite = decisions.filter(
    (decision) => decision.feature !== undefined && decision.granted !== null,
  );
  if (finite.length === 0) return {};
  const last = [...new Map(finite.map((decision) => [decision.feature ?? '', decision])).entries()];
  return {
    'ratelimit-policy': last
      .map(([name, { granted }]) => `${quoted(name)};q=${granted}`)
      .join(', '),
    ratelimit: last
      .map(([name, decision]) => `${quoted(name)};r=${left(decision)}${reset(decision, now)}`)
      .join(', '),
  };
}

/**
 * Seconds to wait before trying again; `null` when that is an hour or more, or does not help.
 * An exhausted quota waits for its reset, an overloaded server a second.
 */
export function retryAfter(code: string, decision: Verdict | undefined, now: Date): number | null {
  if (code === 'overload' || code === 'database' || code === 'rate_missing') return 1;
  if (code !== 'quota_exceeded' || !decision?.resetsAt) return null;
  const seconds = secondsUntil(decision.resetsAt, now);
  return seconds < waitMax ? seconds : null;
}

function left({ available }: Verdict): number {
  return Math.max(0, available ?? 0);
}

function reset({ resetsAt }: Verdict, now: Date): string {
  return resetsAt ? `;t=${secondsUntil(resetsAt, now)}` : '';
}

function secondsUntil(instant: Date, now: Date): number {
  return Math.max(1, Math.ceil((instant.getTime() - now.getTime()) / 1000));
}

/** A string of RFC 9651: printable ASCII, with `"` and `\` escaped. */
function quoted(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')}"`;
}
