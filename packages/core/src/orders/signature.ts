/**
 * Signed bodies: who knows the secret made them, as they are, and not long ago. In the form `t=seconds,v1=hex`.
 *
 * The time is within what is signed. It is checked to both sides: a body from the future would be good for longer.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WebhookFault } from './gateway-errors.ts';

/** The header that goes with a body signed at `at`. */
export function signBody(body: string, { secret, at }: { secret: string; at: Date }): string {
  const seconds = Math.floor(at.getTime() / 1000);
  return `t=${seconds},v1=${digest(body, { secret, seconds }).toString('hex')}`;
}

/** @returns What is wrong with it, `null` when nothing is: signed with one of the secrets, within the tolerance of `now`. */
export function faultOfSignature(
  body: string,
  check: { header: unknown; secrets: readonly string[]; now: Date; toleranceSeconds: number },
): WebhookFault | null {
  const match = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(String(check.header ?? ''));
  if (!match) return 'missing';
  const seconds = Number(match[1]);
  const given = Buffer.from(match[2] ?? '', 'hex');
  const isOurs = check.secrets.some((secret) =>
    timingSafeEqual(digest(body, { secret, seconds }), given),
  );
  if (!isOurs) return 'mismatch';
  const age = Math.floor(check.now.getTime() / 1000) - seconds;
  if (age > check.toleranceSeconds) return 'too_old';
  return -age > check.toleranceSeconds ? 'too_new' : null;
}

function digest(body: string, { secret, seconds }: { secret: string; seconds: number }): Buffer {
  return createHmac('sha256', secret).update(`${seconds}.${body}`).digest();
}
