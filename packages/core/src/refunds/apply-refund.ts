/** What a refund makes of its order: figures, status, history, what it had delivered, and the news. Money and units are moved. */
import { at, json, type Scope, sql } from '../kernel/index.ts';
import {
  announceOrder,
  isHeld,
  moveOrder,
  type OrderRow,
  type OrderTree,
  recordStep,
  refundedBasisPoints,
  statusAt,
} from '../orders/index.ts';
import { reverseWithOrder } from '../referrals/index.ts';
import { takeBackPlan } from '../subscriptions/index.ts';
import type { Standing } from './order-lots.ts';
import { addUnits, type RefundRow } from './rows.ts';

export type Applied = {
  readonly standing: Standing;
  /** As it has ended. */
  readonly row: RefundRow;
  /** Its amount was counted as being on its way. */
  readonly wasPending: boolean;
  /** Of an order of nothing to pay: nothing of it was used. */
  readonly isUnused: boolean;
};

/**
 * Moves the order and its items to `refunded` or `partly_refunded`, one step of history each, ends what was bought of plans if
 * all that is left went back, announces `order.refunded`, and takes back what was rewarded for the order. An order whose time is over stays expired.
 */
export async function applyRefund(
  scope: Scope,
  { standing, row, wasPending, isUnused }: Applied,
): Promise<OrderTree> {
  const { tree, customer } = standing;
  const root = await countBack(scope, tree.root, { row, wasPending });
  const full = root.total > 0 ? root.refunded === root.total : isUnused;
  const said = { refund: row.id, amount: row.amount, source: row.source };
  const moved = await step(scope, root, { full, said });
  const items = [];
  for (const item of tree.items) items.push(await step(scope, item, { full, said }));
  if ((full || row.takesAll) && customer.erasedAt === null)
    for (const line of [root, ...tree.items]) await endPlan(scope, line);
  await announceOrder(scope, moved, 'order.refunded', {
    ...{ refund: row.id, source: row.source, amount: { amount: row.amount, unit: root.currency } },
    ...{ to: row.target, full, units: sumsOf(row) },
    outstanding: outstandingOf(row),
  });
  await reverseWithOrder(scope, {
    orders: [root, ...tree.items].map(({ id }) => id),
    basisPoints: refundedBasisPoints(root, full),
  });
  return { root: moved, items };
}

async function countBack(
  scope: Scope,
  root: OrderRow,
  { row, wasPending }: { row: RefundRow; wasPending: boolean },
): Promise<OrderRow> {
  const refunded = root.refunded + row.amount;
  const refunding = root.refunding - (wasPending ? row.amount : 0);
  const outstanding = addUnits(root.outstanding, row.outstanding);
  await scope.run(sql`
    update bursar.orders
       set refunded = ${refunded}::bigint, refunding = ${refunding}::bigint, outstanding = ${json(outstanding)}::text::jsonb,
           updated_at = ${at(scope.now)}::text::timestamptz
     where (tenant_id, id) = (${scope.tenant.id}::int, ${root.id}::text)`);
  return { ...root, refunded, refunding, outstanding, updatedAt: scope.now };
}

async function step(
  scope: Scope,
  line: OrderRow,
  { full, said }: { full: boolean; said: object },
): Promise<OrderRow> {
  const status = statusAt(line, scope.now);
  const to = full ? 'refunded' : 'partly_refunded';
  const facts = { message: 'money went back', payload: said };
  if (isHeld(status) && status !== to && isHeld(line.status))
    return moveOrder(scope, line, { to, ...facts });
  await recordStep(scope, { order: line.id, status, ...facts });
  return line;
}

async function endPlan(scope: Scope, line: OrderRow): Promise<void> {
  const { customer, subscriptionId, startsAt, expiresAt } = line;
  // What is over has ended what it brought.
  if (subscriptionId === null || startsAt === null || statusAt(line, scope.now) === 'expired')
    return;
  await takeBackPlan(scope, {
    ...{ customer, subscription: subscriptionId, startsAt, endsAt: expiresAt },
  });
}

/** By unit, what was used of what it stands for. */
export function outstandingOf({ outstanding }: Pick<RefundRow, 'outstanding'>) {
  return Object.entries(outstanding).map(([unit, amount]) => ({ amount, unit }));
}

/** What was taken, by unit. */
export function sumsOf({ lots }: Pick<RefundRow, 'lots'>): { amount: number; unit: string }[] {
  const sums = new Map<string, number>();
  for (const { unit, units } of lots) sums.set(unit, (sums.get(unit) ?? 0) + units);
  return [...sums].map(([unit, amount]) => ({ amount, unit })).filter(({ amount }) => amount > 0);
}
