/**
 * What an invoice of a gateway is about here: a subscription that is known by its id there, and the period of it that the invoice pays
 * for. Boundaries stay ours; a day of difference is nothing.
 */
import { lockKnownCustomer } from '../../customers/index.ts';
import { type Scope, sql } from '../../kernel/index.ts';
import { costFrom } from '../billing.ts';
import { type NumberedWindow, windowAt, windowNumbered } from '../calendar.ts';
import { chargedFrom, type SubscriptionCharge } from '../payments.ts';
import { findVersion } from '../plan-version.ts';
import { selectSubscriptions } from '../queries.ts';
import type { SubscriptionRow } from '../rows.ts';
import { stateAt, trialEndOf } from '../state.ts';

const dayMilliseconds = 86_400_000;

/** What a gateway names, and the time that it charges. */
export type Invoiced = {
  readonly gateway: string;
  /** The subscription's id there. */
  readonly subscription: string;
  readonly periodStartsAt: Date;
  readonly periodEndsAt: Date;
};

export type InvoicedPeriod = {
  /** Without a period it is of no time that anything is charged for. */
  readonly charge: Omit<SubscriptionCharge, 'amount' | 'unit' | 'lapsesAt'>;
  /** What that period costs here; `null` where the plan has no price. */
  readonly price: { readonly amount: number; readonly unit: string } | null;
  /** Its time is that of our period, but for a day. */
  readonly isInTime: boolean;
  /** It is of the trial, for which nothing is owed. */
  readonly isTrial: boolean;
};

/** Locks the customer. @returns `null`: no subscription has that id. */
export async function invoicedPeriod(
  scope: Scope,
  invoiced: Invoiced,
): Promise<InvoicedPeriod | null> {
  const found = await findExternal(scope, invoiced);
  if (!found) return null;
  await lockKnownCustomer(scope, { id: found.customerId, mode: 'update' });
  const row = await findExternal(scope, invoiced);
  if (!row || row.plan === null) return null;
  const { id: planVersionId } = await findVersion(scope, row.plan, row.version);
  const { id: subscription, customerId, plan, period: cycle, timeZone } = row;
  const isTrial = isOfTrial(row, invoiced);
  const window = isTrial ? null : windowOf(row, invoiced.periodStartsAt);
  const first = chargedFrom(row);
  const from = first && first.number === window?.number ? first.from : window?.startsAt;
  return {
    charge: {
      ...{ subscription, customerId, plan, planVersionId, cycle, timeZone },
      period: window?.number ?? null,
    },
    price: window && from ? await priceOf(scope, row, { window, from }) : null,
    isInTime:
      isNear(from, invoiced.periodStartsAt) && isNear(window?.endsAt, invoiced.periodEndsAt),
    isTrial,
  };
}

/** The newest that is not over, else the newest: one may be sold again under the same id. */
async function findExternal(
  scope: Scope,
  { gateway, subscription }: Invoiced,
): Promise<SubscriptionRow | null> {
  const where = sql`subscription.external is not null and subscription.external ->> 'id' = ${subscription}::text
    and subscription.external ->> 'gateway' = ${gateway}::text`;
  const rows = await selectSubscriptions(scope, { where, limit: 100 });
  return rows.find((row) => !stateAt(row, scope.now).ended) ?? rows[0] ?? null;
}

/** More of its time is before the trial's end than after it. */
function isOfTrial(row: SubscriptionRow, { periodStartsAt, periodEndsAt }: Invoiced): boolean {
  const trialEnd = trialEndOf(row)?.getTime();
  if (trialEnd === undefined) return false;
  return trialEnd - periodStartsAt.getTime() > periodEndsAt.getTime() - trialEnd;
}

/** The period that begins within a day of it, the nearer one if two do; else the one it falls in. */
function windowOf(row: SubscriptionRow, startsAt: Date): NumberedWindow | null {
  const holding = windowAt(row, 'period', startsAt)?.number;
  const windows = [holding ?? 0, (holding ?? 0) + 1].map((number) =>
    number < 1 ? null : windowNumbered(row, 'period', number),
  );
  const distance = (window: NumberedWindow) => Math.abs(+window.startsAt - +startsAt);
  const near = windows
    .filter((window) => window !== null)
    .filter((window) => distance(window) <= dayMilliseconds)
    .sort((one, other) => distance(one) - distance(other));
  return near[0] ?? windows[0] ?? null;
}

async function priceOf(
  scope: Scope,
  row: SubscriptionRow,
  time: { window: NumberedWindow; from: Date },
): Promise<InvoicedPeriod['price']> {
  if (row.currency === null) return null;
  return { amount: await costFrom(scope, row, time), unit: row.currency };
}

/** Our end may be none. */
function isNear(ours: Date | null | undefined, theirs: Date): boolean {
  if (ours === undefined) return false;
  return ours === null || Math.abs(ours.getTime() - theirs.getTime()) <= dayMilliseconds;
}
