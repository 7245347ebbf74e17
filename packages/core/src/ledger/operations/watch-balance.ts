/** Saying at how much or less more is to be bought for a balance. */
import { lockCustomer } from '../../customers/index.ts';
import type { Scope } from '../../kernel/index.ts';
import { available } from '../draft.ts';
import { askForTopUp } from '../low.ts';
import { openBalance } from '../open-balances.ts';
import { writeDraft } from '../write-draft.ts';

/** @returns Which balance it is. One that is there already has more bought for it at once, under `key`. */
export function watchBalance(
  scope: Scope,
  input: { customer: string; unit: string; topUpAt: number | null; key: string },
): Promise<number> {
  return scope.transaction(async (inner) => {
    const customer = await lockCustomer(inner, { customer: input.customer, mode: 'share' });
    const opened = await openBalance(inner, { customer, unit: input.unit });
    const { balance } = opened.draft;
    balance.topUpAt = input.topUpAt;
    await writeDraft(inner, opened);
    const isLow = input.topUpAt !== null && available(balance) <= input.topUpAt;
    if (isLow) await askForTopUp(inner, balance.id, input.key);
    return balance.id;
  });
}
