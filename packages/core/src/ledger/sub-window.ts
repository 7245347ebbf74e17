/**
 * Caps within a period: at most so many in each of its parts, say 10 a day of 300 a month. Pure.
 *
 * Draw positions tell what a sub-window has let through: all since the one at which it began, less what came back of it.
 */
import type { BalanceRow, Draft, DrawRow } from './draft.ts';
import type { BalancePlan } from './plan.ts';

/** Moves the balance into the sub-window that contains the draft's now, with the cap it has now. */
export function openSubWindow({ balance, underway }: Draft, { subWindow }: BalancePlan): void {
  if (!subWindow) {
    balance.cap = null;
    return;
  }
  const { max, startsAt: since } = subWindow;
  const isSame = balance.cap?.since.getTime() === since.getTime();
  // A row that has not moved since the sub-window began stands where it began.
  const counted = (isSame ? balance.cap : underway) ?? { from: balance.drawn, returned: 0 };
  balance.cap = { max, since, from: counted.from, returned: counted.returned };
}

/** What a balance's sub-window still allows; `null` without one. */
export function leftOfCap({ cap, drawn }: Pick<BalanceRow, 'cap' | 'drawn'>): number | null {
  return cap && Math.max(0, cap.max - (drawn - cap.from - cap.returned));
}

/** Units came back: what of them was drawn in the sub-window makes room in it. */
export function returnToCap(
  { balance: { cap } }: Draft,
  { from, to }: Pick<DrawRow, 'from' | 'to'>,
): void {
  if (cap) cap.returned += Math.max(0, to - Math.max(from, cap.from));
}
