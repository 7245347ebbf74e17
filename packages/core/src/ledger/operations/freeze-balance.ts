/** Stopping one balance of a customer, and letting it go on; the others are left alone. */
import { lockCustomer } from '../../customers/index.ts';
import type { Scope } from '../../kernel/index.ts';
import { type Figures, figuresOf } from '../figures.ts';
import { openBalance } from '../open-balances.ts';
import { writeDraft } from '../write-draft.ts';

/**
 * Freezes the balance or lifts it; doing it again changes nothing. New spends, holds, transfers and exchanges out of it are
 * refused with `customer_frozen` from this commit on, in every process; what is captured, released, credited or expires
 * goes on. A freeze of the customer stands beside it.
 */
export function freezeBalance(
  scope: Scope,
  { customer, unit, frozen }: { customer: string; unit: string; frozen: boolean },
): Promise<Figures> {
  return scope.transaction(async (inner) => {
    const row = await lockCustomer(inner, { customer, mode: 'share' });
    const opened = await openBalance(inner, { customer: row, unit });
    opened.draft.balance.frozen = frozen;
    const outlook = { ...opened.outlook, frozen: frozen || row.frozenAt !== null };
    await writeDraft(inner, { ...opened, outlook });
    return figuresOf(opened.draft.balance);
  });
}
