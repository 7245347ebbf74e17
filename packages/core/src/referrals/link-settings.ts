/** How links are read, as an operator set it. */
import type { Scope } from '../kernel/index.ts';
import { getSetting } from '../settings/index.ts';

export type LinkSettings = {
  readonly param: string;
  readonly cookie: string;
  readonly ttlDays: number;
  readonly logClicks: boolean;
  readonly lastClickWins: boolean;
};

/** Null: links leave nothing. Referrals are switched off, or the host gave no secret. */
export async function linkSettings(scope: Scope): Promise<LinkSettings | null> {
  if (!scope.ports.linkSecrets?.length) return null;
  if ((await getSetting(scope, 'referrals.enabled')) !== true) return null;
  return {
    param: String(await getSetting(scope, 'referrals.urlParam')),
    cookie: String(await getSetting(scope, 'referrals.cookieName')),
    ttlDays: Number(await getSetting(scope, 'referrals.linkTtlDays')),
    logClicks: (await getSetting(scope, 'referrals.logClicks')) === true,
    lastClickWins: (await getSetting(scope, 'referrals.lastClickWins')) === true,
  };
}
