/**
 * A period of a subscription is paid: it goes on with what it gives, by the same boundaries, and that is told.
 *
 * Runs in the transaction that takes the payment; balances follow in it, so the very next spend meets the new rights.
 */
import type { Scope } from '../../kernel/index.ts';
import { InvalidStateError } from '../../ledger/index.ts';
import { reread } from '../announce-change.ts';
import { touch } from '../billing.ts';
import { windowNumbered } from '../calendar.ts';
import { lockSubscriptions, rebalanced } from '../change.ts';
import { announcePassed } from '../lifecycle-marks.ts';
import { chargedFrom } from '../payments.ts';
import { findSubscription } from '../queries.ts';
import { stateAt } from '../state.ts';

export type PayPeriod = {
  readonly subscription: string;
  /** Its number; `null`: what is paid is no period, but a change within one. */
  readonly period: number | null;
};

/** What was paid for; `endsAt` null: for good. */
export type PaidTime = { readonly startsAt: Date; readonly endsAt: Date | null };

/**
 * Takes it as paid, and announces what has passed by then, `subscription.recovered` if it was past due. The customer is locked.
 * @param write Keeps the proof that it is paid; nothing is written before.
 * @throws {InvalidStateError} The subscription is over, or is not billed so any more; nothing is written.
 */
export async function payPeriod<T>(
  scope: Scope,
  { subscription, period }: PayPeriod,
  write: (time: PaidTime) => Promise<T>,
): Promise<T> {
  const row = await findSubscription(scope, subscription);
  if (!row || stateAt(row, scope.now).ended || row.billing === 'none')
    throw new InvalidStateError(`Subscription ${subscription} is over: nothing is owed for it.`);
  const { customer } = await lockSubscriptions(scope, row.customer);
  const window = period === null ? null : windowNumbered(row, 'period', period);
  const first = chargedFrom(row);
  const startsAt = window?.number === first?.number ? first?.from : window?.startsAt;
  return rebalanced(scope, { customer, items: row.items }, async () => {
    const answer = await write({ startsAt: startsAt ?? scope.now, endsAt: window?.endsAt ?? null });
    await touch(scope, subscription);
    await announcePassed(scope, await reread(scope, subscription));
    return answer;
  });
}
