/** Booking what has expired of one customer's purchases, whoever has booked it not yet; and what to warn of after that. */

import { type Money, moneyOf } from '../../catalog/index.ts';
import { findCustomer, lockCustomer } from '../../customers/index.ts';
import { at, integer, type Scope, sql, text } from '../../kernel/index.ts';
import { settleBalances } from '../../ledger/index.ts';
import { selectOrders } from '../rows.ts';
import type { ListCredits } from './list-credits.ts';
import { type CreditWarning, listWarnings } from './list-warnings.ts';
import { settleOrder } from './settle-order.ts';

/** A group in which something has expired, and how much of it was left: nothing of purchases that grant nothing. */
export type SweptGroup = { readonly group: string; readonly removed: readonly Money[] };

export type Swept = {
  readonly expired: readonly SweptGroup[];
  readonly warnings: readonly CreditWarning[];
};

type Removed = { readonly group: string; readonly unit: string; readonly amount: number };

/** More of one customer than is ever due at once; the rest waits for the worker. */
const dueMax = 1_000;

/**
 * Does for one customer at once what `runDue` does for all in time. What has been swept before is not reported again; a customer that
 * no command has named has nothing.
 */
export async function sweepCredits(scope: Scope, input: ListCredits): Promise<Swept> {
  if (!(await findCustomer(scope, input.customer))) return { expired: [], warnings: [] };
  const expired = await scope.transaction(async (inner) => {
    const customer = await lockCustomer(inner, { customer: input.customer, mode: 'update' });
    const units = Object.values(inner.ports.catalog.units)
      .filter(({ kind }) => kind !== 'metered' && kind !== 'gauge')
      .map(({ key }) => key);
    await settleBalances(inner, { customer, units });
    const groups = await sweepOrders(inner, customer.id);
    return reportOf(inner, groups, await removedBy(inner, customer.id));
  });
  return { expired, warnings: await listWarnings(scope, input) };
}

/** @returns The groups of what was paid and is over. */
async function sweepOrders(scope: Scope, customerId: number): Promise<string[]> {
  const due = await selectOrders(scope, {
    where: sql`bought.customer_id = ${customerId}::bigint and bought.due_at <= ${at(scope.now)}::text::timestamptz`,
    order: sql`bought.due_at, bought.id`,
    limit: dueMax,
  });
  const groups = [];
  for (const { id, status, group } of due) {
    const { done } = await settleOrder(scope, { id });
    if (done && group !== null && status !== 'pending') groups.push(group);
  }
  return groups;
}

/** What expiry has taken of purchases in this very transaction. Lots are found by the key they were credited under. */
function removedBy(scope: Scope, customerId: number): Promise<Removed[]> {
  return scope.many(
    sql`
    select bought.offer_group, unit.key as unit, sum(0 - entry.amount)::bigint as amount
      from bursar.balances as balance
      join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
      join bursar.entries as entry on (entry.tenant_id, entry.balance_id) = (balance.tenant_id, balance.id)
      join bursar.entries as credit on (credit.tenant_id, credit.balance_id, credit.grant_id) = (entry.tenant_id, entry.balance_id, entry.grant_id)
      join bursar.orders as bought on (bought.tenant_id, bought.id) = (credit.tenant_id, credit.key)
     where (balance.tenant_id, balance.customer_id) = (${scope.tenant.id}::int, ${customerId}::bigint)
       and entry.kind = 'expiry' and entry.xid = (pg_current_xact_id()::text)::bigint
       and credit.kind = 'credit' and bought.offer_group is not null
     group by 1, 2
     order by 1, 2`,
    (row) => ({
      group: text(row.offer_group),
      unit: text(row.unit),
      amount: integer(row.amount),
    }),
  );
}

function reportOf(
  scope: Scope,
  groups: readonly string[],
  removed: readonly Removed[],
): SweptGroup[] {
  const all = [...new Set([...groups, ...removed.map(({ group }) => group)])].sort();
  return all.map((group) => ({
    group,
    removed: removed
      .filter((one) => one.group === group)
      .map(({ unit, amount }) => moneyOf(scope, unit, amount)),
  }));
}
