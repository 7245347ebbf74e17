/**
 * What a referral link leaves with whoever clicked it: the code and when, signed, so that neither can be made up. Its age is
 * counted from the signed instant; how long a browser keeps the cookie is only its word.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Scope } from '../kernel/index.ts';

/** What the host says about links. */
export type LinkOptions = {
  /** At least 16 characters; of several the first one signs, and all are believed: so one is changed for another. */
  readonly secret: string | readonly string[];
};

declare module '../kernel/scope.ts' {
  interface Ports {
    /** Signs what links leave; without one they leave nothing. */
    readonly linkSecrets?: readonly string[] | undefined;
  }
}

export type Click = { readonly code: string; readonly at: Date };

const DAY = 86_400_000;

/** As people type it, in capitals; null: no code can look like that. */
export function codeOf(said: unknown): string | null {
  if (typeof said !== 'string') return null;
  const code = said.trim().toUpperCase();
  return /^[A-Z0-9_-]{1,32}$/.test(code) ? code : null;
}

/** The cookie's value: `CODE.seconds.signature`. */
export function signClick(scope: Scope, code: string): string {
  const [secret = ''] = scope.ports.linkSecrets ?? [];
  const said = `${code}.${Math.floor(scope.now.getTime() / 1000)}`;
  return `${said}.${signatureOf(scope, secret, said).toString('base64url')}`;
}

/**
 * The click that a cookie tells of. Null: it was not signed here for this tenant, or is as old as links live.
 * @param ttlDays How long a link counts; from then on it is ignored.
 */
export function readClick(scope: Scope, value: unknown, ttlDays: number): Click | null {
  const [, said = '', code = '', seconds = '', signature = ''] =
    /^(([A-Z0-9_-]{1,32})\.(\d{1,12}))\.([\w-]{43})$/.exec(String(value ?? '')) ?? [];
  if (said === '') return null;
  const given = Buffer.from(signature, 'base64url');
  const { linkSecrets = [] } = scope.ports;
  const isOurs = linkSecrets.some((secret) =>
    timingSafeEqual(signatureOf(scope, secret, said), given),
  );
  const at = new Date(Number(seconds) * 1000);
  const isAlive = scope.now.getTime() < at.getTime() + ttlDays * DAY;
  return isOurs && isAlive ? { code, at } : null;
}

/** Of this tenant alone: another's link is worth nothing here. */
function signatureOf({ tenant }: Scope, secret: string, said: string): Buffer {
  return createHmac('sha256', secret)
    .update(JSON.stringify(['referral', tenant.key, said]))
    .digest();
}
