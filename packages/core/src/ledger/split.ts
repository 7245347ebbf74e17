/** Which balance pays how much of a spend: the unit's own first, credits for the rest. */
import { available, NO_FLOOR } from './draft.ts';
import type { Opened } from './open-balances.ts';
import type { Prepared } from './spending.ts';

export type Parts = { readonly own: number; readonly credits: number };

/** What each balance pays: its own units as far as they go, credits for the rest. `null` when they do not reach. */
export function split(input: Prepared, own: Opened, other: Opened | undefined): Parts | null {
  const reach = input.from === 'credits' ? 0 : Math.max(0, reachOf(own));
  const fromOwn = Math.min(input.amount, reach);
  const rest = input.amount - fromOwn;
  if (rest === 0) return { own: fromOwn, credits: 0 };
  if (!other || !input.credits) return null;
  const credits = rest * input.credits.cost;
  return Number.isSafeInteger(credits) && credits <= reachOf(other)
    ? { own: fromOwn, credits }
    : null;
}

/** How much a balance lets go before its floor. */
export function reachOf({ draft: { balance } }: Opened): number {
  const within = balance.capLeft ?? Number.POSITIVE_INFINITY;
  const reach =
    balance.floor === NO_FLOOR ? Number.MAX_SAFE_INTEGER : available(balance) - balance.floor;
  return Math.min(within, reach);
}
