/** What of a customer's purchases ends soon or is low: a group appears once, with all its reasons. */
import type { Scope } from '../../kernel/index.ts';
import { type Credit, type CreditGroup, type ListCredits, listCredits } from './list-credits.ts';

/** A group of purchases to warn of. */
export type CreditWarning = {
  readonly group: string;
  readonly reasons: readonly ('expiring' | 'low')[];
  /** When the first of what something is left of ends; `null` where nothing does. */
  readonly endsAt: Date | null;
  /** Those that still count, newest first. */
  readonly purchases: readonly Credit[];
};

/** The groups that something of ends within the window, or that are at or below their minimum. Writes nothing. */
export async function listWarnings(
  scope: Scope,
  input: ListCredits,
): Promise<readonly CreditWarning[]> {
  const groups = await listCredits(scope, input);
  return groups.flatMap((one) => {
    const reasons = one.reasons.filter((reason) => reason === 'expiring' || reason === 'low');
    return reasons.length > 0 ? [warningOf(one, reasons)] : [];
  });
}

function warningOf({ group, purchases }: CreditGroup, reasons: CreditWarning['reasons']) {
  const counting = purchases.filter(
    ({ status }) => status === 'paid' || status === 'partly_refunded',
  );
  const ends = counting.flatMap((one) => (isLeft(one) && one.expiresAt ? [one.expiresAt] : []));
  ends.sort((one, other) => one.getTime() - other.getTime());
  return { group, reasons, endsAt: ends[0] ?? null, purchases: counting };
}

function isLeft({ remaining }: Credit): boolean {
  return remaining.length === 0 || remaining.some(({ amount }) => amount > 0);
}
