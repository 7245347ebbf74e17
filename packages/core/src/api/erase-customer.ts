/**
 * Erasing a person: each slice takes it out of what it keeps, in one transaction. The books stay as they are, and point to
 * somebody under a pseudonym.
 *
 * A slice that keeps a person's words or the host's id exports what empties them, and is called here.
 */
import { eraseAuditValues } from '../audit/index.ts';
import {
  CustomerInUseError,
  CustomerUnknownError,
  eraseCustomer,
  findCustomer,
  getProfile,
  lockCustomer,
  type ProfileRow,
  pseudonymOf,
} from '../customers/index.ts';
import { announce, renameInEvents } from '../events/index.ts';
import { renameInJobs } from '../jobs/index.ts';
import type { Scope } from '../kernel/index.ts';
import { freezeCustomer, listHolds, releaseHold } from '../ledger/index.ts';
import { eraseOrders } from '../orders/index.ts';
import { forgetReferrals } from '../referrals/index.ts';
import { eraseSubscriptions } from '../subscriptions/index.ts';
import { forgetAutoTopUps } from '../topups/index.ts';
import { renameInDeliveries } from '../webhooks/index.ts';
import { endWithdrawals, erasePayoutDetails } from '../withdrawals/index.ts';
import { listBalances } from './list-balances.ts';

/** What was left when the person was erased; nothing unless it was forced. */
export type Erased = {
  readonly customer: ProfileRow;
  readonly ended: number;
  readonly released: number;
};

/**
 * Erases the person and announces `customer.erased`. Subscriptions end at once; the id is refused from then on.
 *
 * @param input.force Also with units or open holds: units stay in the books, holds are released, withdrawals rejected.
 * @throws {CustomerUnknownError} There is no such customer, or it was erased before.
 * @throws {CustomerInUseError} It has units or an open hold, or a payout is on its way, which nothing forces; nothing is written.
 */
export function erasePerson(
  scope: Scope,
  { customer, force }: { customer: string; force: boolean },
): Promise<Erased> {
  return scope.transaction(async (inner) => {
    if (!(await findCustomer(inner, customer))) throw new CustomerUnknownError(customer);
    await lockCustomer(inner, { customer, mode: 'update' });
    const row = await getProfile(inner, customer);
    if (!force) await refuseInUse(inner, customer);
    const ended = await eraseSubscriptions(inner, customer);
    await eraseOrders(inner, row.id);
    const rejected = await endWithdrawals(inner, { customer, customerId: row.id });
    const released = rejected + (await releaseHolds(inner, customer));
    await freezeCustomer(inner, { customer, frozen: true });
    const pseudonym = pseudonymOf(inner, customer);
    await announce(inner, {
      type: 'customer.erased',
      customer,
      subject: { type: 'customer', id: customer },
      data: { customer, pseudonym },
    });
    await forgetAutoTopUps(inner, row.id);
    await forgetReferrals(inner, row.id);
    await eraseAuditValues(inner, { customerId: row.id });
    await erasePayoutDetails(inner, { customerId: row.id });
    const { customer: erased, words } = await eraseCustomer(inner, row);
    const renaming = { from: customer, to: pseudonym, words };
    await renameInEvents(inner, renaming);
    await renameInJobs(inner, renaming);
    await renameInDeliveries(inner, renaming);
    return { customer: erased, ended, released };
  });
}

async function refuseInUse(scope: Scope, customer: string): Promise<void> {
  const all = await listBalances(scope, customer);
  const balances = all
    .filter(({ settled, held }) => settled !== 0 || held !== 0)
    .map(({ unit, settled }) => ({ unit, settled }));
  const { items } = await listHolds(scope, { customer, state: 'open' });
  if (balances.length === 0 && items.length === 0) return;
  throw new CustomerInUseError({ customer, balances, holds: items.map(({ id }) => id) });
}

/** What nobody can capture any more is not set aside. */
async function releaseHolds(scope: Scope, customer: string): Promise<number> {
  let released = 0;
  for (;;) {
    const { items } = await listHolds(scope, { customer, state: 'open' });
    if (items.length === 0) return released;
    for (const { id } of items) await releaseHold(scope, { customer, hold: id });
    released += items.length;
  }
}
