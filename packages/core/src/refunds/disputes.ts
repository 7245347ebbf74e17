/**
 * What a dispute does to its order: what is left is set aside while it is open, the order's again if it is won, and taken if it is
 * lost, as for a refund of as much.
 */
import { json, newId, type Scope, sql } from '../kernel/index.ts';
import { announceOrder, type OrderRow, recordStep, statusAt } from '../orders/index.ts';
import type { Dispute, PaymentRow } from '../payments/index.ts';
import { outstandingOf, sumsOf } from './apply-refund.ts';
import { flagRefund } from './flag-refund.ts';
import { letGo, setAside } from './kept-lots.ts';
import { type Standing, standingOf } from './order-lots.ts';
import { addUnits, type RefundRow, storeRefund } from './rows.ts';
import { shareOf } from './share.ts';
import { takeNow } from './take-now.ts';

type Of = {
  readonly payment: PaymentRow;
  /** The gateway's. */
  readonly id: string;
  readonly dispute: Dispute;
  /** Of it, while it is open; its lots have been let go. */
  readonly row: RefundRow | null;
};

/** Lets go of what it holds, and of what the order owes for it, until it is measured anew. */
export async function lift(scope: Scope, row: RefundRow): Promise<void> {
  const { customer, tree } = await standingOf(scope, row.order);
  await letGo(scope, { customer, reference: { type: 'dispute', id: row.id } }, row.lots);
  await keepFigures(scope, tree.root, row, -1);
}

/** Sets all that is left aside, without expiry, and books what was used as owed. Says so the first time. */
export async function freeze(
  scope: Scope,
  { payment, id, dispute, row: known }: Of,
): Promise<void> {
  const standing = await standingOf(scope, payment.order);
  const { root } = standing.tree;
  const amount = Math.min(dispute.amount, restOf(root));
  const { outstanding } = await shareOf(scope, standing, amount);
  const begun = { ...(known ?? newRow(scope, { payment, id })), amount, outstanding };
  const takes = standing.lots
    .filter(({ free }) => free > 0)
    .map((lot) => ({ lot, units: lot.free }));
  const reference = { type: 'dispute', id: begun.id };
  const lots = await setAside(scope, { customer: standing.customer, reference }, takes);
  const row = { ...begun, lots };
  await storeRefund(scope, row);
  await keepFigures(scope, root, row, 1);
  if (!known) await tell(scope, standing, { id, state: 'open', row, message: 'it is disputed' });
}

/** The bank has decided for us: what was let go stays the order's. */
export async function giveBackDisputed(scope: Scope, { id }: Of, row: RefundRow): Promise<void> {
  const lots = row.lots.map((lot) => ({ ...lot, hold: null }));
  const failure = 'dispute_won';
  const won = { ...row, lots, failure, state: 'failed' as const, endedAt: scope.now };
  await storeRefund(scope, won);
  const standing = await standingOf(scope, row.order);
  const message = 'the dispute is won';
  await tell(scope, standing, { id, state: 'won', row: { ...won, outstanding: {} }, message });
}

/** The money is gone: takes what it stood for, as far as it is left. */
export async function takeLost(scope: Scope, { payment, id, dispute, row }: Of): Promise<void> {
  const standing = await standingOf(scope, payment.order);
  const amount = Math.min(dispute.amount, restOf(standing.tree.root));
  const { takes, outstanding, takesAll } = await shareOf(scope, standing, amount);
  const begun = {
    ...(row ?? newRow(scope, { payment, id })),
    ...{ amount, outstanding, takesAll, lots: [], endedAt: scope.now },
  };
  const lost =
    amount > 0
      ? await takeNow(scope, standing, { row: begun, takes })
      : { ...begun, state: 'succeeded' as const };
  if (amount === 0) await storeRefund(scope, lost);
  // Some of it was given back before.
  if (amount < dispute.amount)
    await flagRefund(scope, { root: standing.tree.root, row: lost, because: 'refunded_twice' });
  await tell(scope, standing, { id, state: 'lost', row: lost });
}

/** What is neither back nor on its way. */
function restOf({ total, refunded, refunding }: OrderRow): number {
  return total - refunded - refunding;
}

function newRow(scope: Scope, { payment, id }: Pick<Of, 'payment' | 'id'>): RefundRow {
  return {
    ...{ id: newId('rfd'), order: payment.order, payment: payment.id, source: 'dispute' },
    // No refund of the gateway's: what it says went back does not count it.
    ...{ target: 'gateway', amount: 0, sent: 0, state: 'pending', attempts: 0, externalId: id },
    ...{ lots: [], outstanding: {}, takesAll: true, failure: null },
    ...{ createdAt: scope.now, endedAt: null },
  };
}

async function keepFigures(
  scope: Scope,
  root: OrderRow,
  row: RefundRow,
  sign: 1 | -1,
): Promise<void> {
  const outstanding = addUnits(root.outstanding, row.outstanding, sign);
  await scope.run(sql`
    update bursar.orders
       set refunding = refunding + ${sign * row.amount}::bigint, outstanding = ${json(outstanding)}::text::jsonb
     where (tenant_id, id) = (${scope.tenant.id}::int, ${root.id}::text)`);
}

type Told = {
  readonly id: string;
  readonly state: 'open' | 'won' | 'lost';
  readonly row: RefundRow;
  /** For the history, unless what else happens is there already. */
  readonly message?: string | undefined;
};

async function tell(
  scope: Scope,
  { tree: { root } }: Standing,
  { id, state, row, message }: Told,
): Promise<void> {
  const amount = { amount: row.amount, unit: root.currency };
  const payload = { dispute: id, state, amount: row.amount };
  if (message !== undefined)
    await recordStep(scope, {
      ...{ order: root.id, status: statusAt(root, scope.now), message, payload },
    });
  await announceOrder(scope, root, 'order.disputed', {
    ...{ dispute: id, state, amount, units: sumsOf(row), outstanding: outstandingOf(row) },
  });
}
