/**
 * What a subscription that is billed by orders costs, and asking for it: each period that has begun once, from when it is charged
 * on (SPEC 4.36). Rights never wait for it, for they follow from what is paid.
 */
import { addDuration, at, type Scope, sql } from '../kernel/index.ts';
import { type Window, windowAt, windowNumbered } from './calendar.ts';
import { chargedFrom, type SubscriptionCharge } from './payments.ts';
import { findVersion } from './plan-version.ts';
import { type Cost, shareOf } from './proration.ts';
import type { SubscriptionRow } from './rows.ts';
import { stateAt } from './state.ts';

/** True where this process asks for what its periods cost. */
export function isBilled({ ports }: Scope, row: SubscriptionRow): boolean {
  return ports.charge !== undefined && row.billing === 'order';
}

/**
 * Asks for each period that has begun, is not paid and could still be paid in time. The customer is locked.
 * @returns Whether anything was asked for; then the row has changed.
 */
export async function chargeBegun(scope: Scope, row: SubscriptionRow): Promise<boolean> {
  const { unpaidSince, endsAt } = row;
  const state = stateAt(row, scope.now);
  if (!isBilled(scope, row) || unpaidSince === null || unpaidSince > scope.now) return false;
  if (!state.active || state.onTrial) return false;
  const first = windowAt(row, 'period', unpaidSince)?.number ?? 1;
  const last = windowAt(row, 'period', scope.now)?.number ?? 1;
  let isAsked = false;
  for (let number = first; number <= last; number += 1) {
    const window = windowNumbered(row, 'period', number);
    if (!window || (endsAt !== null && window.startsAt >= endsAt)) break;
    if (await chargePeriod(scope, row, { window })) isAsked = true;
  }
  return isAsked;
}

/**
 * Asks for what a change of plan has made due: of a period that begins with it, whole; else what it costs more than was paid.
 * The customer is locked. @returns Whether anything was asked for.
 */
export async function chargeChange(
  scope: Scope,
  { before, row, cost }: { before: SubscriptionRow; row: SubscriptionRow; cost: Cost },
): Promise<boolean> {
  const window = windowAt(row, 'period', scope.now);
  const first = chargedFrom(row);
  if (!isBilled(scope, row) || !window || !first || first.number > window.number) return false;
  const isNew = windowAt(before, 'period', scope.now)?.number !== window.number;
  const due = Math.max(0, cost.due);
  if (isNew || before.billing === 'none') return chargePeriod(scope, row, { window, due });
  if (due === 0) return false;
  return ask(scope, row, { amount: due, period: null, lapsesAt: null });
}

async function chargePeriod(
  scope: Scope,
  row: SubscriptionRow,
  { window, due }: { window: Window; due?: number },
): Promise<boolean> {
  const first = chargedFrom(row);
  const isFirst = first?.number === window.number;
  const from = isFirst ? first.from : window.startsAt;
  const lapsesAt = row.pastDue === null ? from : addDuration(from, row.pastDue, 1, row.timeZone);
  if (lapsesAt <= scope.now) return false;
  const amount = due ?? (await costFrom(scope, row, { window, from }));
  return ask(scope, row, { amount, period: window.number, lapsesAt });
}

/** The frozen price of a period, in the subscription's currency; of the first period that is charged only the part from then on. */
export async function costFrom(
  scope: Scope,
  row: SubscriptionRow,
  { window, from }: { window: Window; from: Date },
): Promise<number> {
  const { plan } = await findVersion(scope, row.plan ?? '', row.version);
  const price = plan.price[row.currency ?? ''] ?? 0;
  return from <= window.startsAt || window.endsAt === null
    ? price
    : shareOf(price, row, { window, at: from });
}

async function ask(
  scope: Scope,
  row: SubscriptionRow,
  asked: Pick<SubscriptionCharge, 'amount' | 'period' | 'lapsesAt'>,
): Promise<boolean> {
  const { charge } = scope.ports;
  if (!charge || row.plan === null || row.currency === null) return false;
  const { id: planVersionId } = await findVersion(scope, row.plan, row.version);
  const { id: subscription, customerId, plan, period: cycle, currency: unit, timeZone } = row;
  const of = { subscription, customerId, plan, planVersionId, cycle, unit, timeZone };
  return charge(scope, { ...of, ...asked });
}

/** What it is worth has changed by a payment: whoever holds what was read of it before must read again. */
export async function touch(scope: Scope, subscription: string): Promise<void> {
  await scope.run(sql`
    update bursar.subscriptions
       set due_at = '-infinity', revision = revision + 1, updated_at = ${at(scope.now)}::text::timestamptz
     where (tenant_id, id) = (${scope.tenant.id}::int, ${subscription}::text)`);
}
