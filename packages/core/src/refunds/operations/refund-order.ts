/**
 * Giving money of an order back, with what was not used of it.
 *
 * To the wallet, or by hand, it is one transaction. Through a gateway the intent is committed first, with the units set aside:
 * whatever becomes of the call, nobody spends them meanwhile, and nobody loses them if no money moves.
 */
import { audited } from '../../audit/index.ts';
import { answerOnce } from '../../customers/index.ts';
import { queueJob } from '../../jobs/index.ts';
import { addDuration, NotFoundError, newId, type Scope, sql } from '../../kernel/index.ts';
import { credit } from '../../ledger/index.ts';
import { getOrder, type Order, type OrderRow } from '../../orders/index.ts';
import { setAside } from '../kept-lots.ts';
import { unitsFor } from '../measure.ts';
import { type Standing, standingOf } from '../order-lots.ts';
import { planRefund, type RefundPlan, targetOf } from '../plan-refund.ts';
import { type Refund, refundOf } from '../refund.ts';
import { findRefund, type RefundRow, storeRefund } from '../rows.ts';
import { takeNow } from '../take-now.ts';

/** The kind of the job that sends a refund, and asks what became of it. */
export const REFUND = 'order.refund';

/** Who asks for it sends it at once; the job is for when that process ends. */
const firstTry = 'PT1M';

export type RefundOrder = {
  readonly order: string;
  /** Given, another customer's order is not found. */
  readonly customer?: string | undefined;
  /** In the smallest part of the order's currency; the unused part unless said. */
  readonly amount?: number | undefined;
  /** The gateway that was paid at, unless said; `manual`: somebody gives it back by hand. */
  readonly to?: 'gateway' | 'wallet' | 'manual' | undefined;
  /** Kept in the audit. */
  readonly reason?: string | undefined;
  readonly idempotencyKey?: string | undefined;
};

export type RefundedOrder = {
  readonly refund: Refund;
  readonly order: Order;
  /** It was asked for before under the same key. */
  readonly replayed: boolean;
};

/**
 * Gives back the unused part, or a sum and units in proportion. What goes to a gateway is pending until `sendRefund` or the job has
 * sent it.
 *
 * @throws {NotFoundError} There is no such order of this customer.
 * @throws {InvalidStateError} It is not paid, its time is over, it is disputed, or nothing of it is unused.
 * @throws {LimitExceededError} More than is left of what was paid, or the wallet would pass its ceiling.
 * @throws {ValidationError} It was paid at no gateway, and `to` does not say where the money goes.
 * @throws {IdempotencyConflictError} The key belongs to another request.
 */
export async function refundOrder(scope: Scope, input: RefundOrder): Promise<RefundedOrder> {
  const { idempotencyKey: key, reason, ...request } = input;
  const { answer, replayed } = await audited(
    scope,
    reason,
    (scope) =>
      answerOnce(scope, { verb: 'orders.refund', customerId: 0, key, request }, (scope) =>
        refund(scope, input),
      ),
    ({ answer: { id, customer, amount, target }, replayed }) =>
      replayed
        ? null
        : {
            ...{
              operation: 'orders.refund',
              customer,
              subject: { type: 'order', id: input.order },
            },
            facts: { refund: id, amount, to: target },
          },
  );
  return { ...(await refundedOrder(scope, answer.id)), replayed };
}

/** A refund and its order as they are now. */
export async function refundedOrder(
  scope: Scope,
  id: string,
): Promise<Omit<RefundedOrder, 'replayed'>> {
  const row = await findRefund(scope, id);
  if (!row) throw new NotFoundError('refund', id);
  const order = await getOrder(scope, { order: row.order });
  return { refund: refundOf(scope, row, order.total.unit), order };
}

async function refund(scope: Scope, { order, customer, amount, to }: RefundOrder) {
  const standing = await standingOf(scope, order, ({ root }) =>
    to === 'wallet' || root.wallet !== null ? [root.wallet?.unit ?? root.currency] : [],
  );
  const { root } = standing.tree;
  if (customer !== undefined && root.customer !== customer) throw new NotFoundError('order', order);
  const plan = planRefund(scope, standing, amount);
  const { target, payment } = await targetOf(scope, standing, { amount: plan.amount, to });
  const row: RefundRow = {
    ...{ id: newId('rfd'), order, payment: payment?.id ?? null, source: 'asked', target },
    ...{ amount: plan.amount, sent: target === 'gateway' ? plan.amount : 0, attempts: 0 },
    ...{ externalId: null, failure: null, outstanding: {}, takesAll: plan.takesAll },
    ...{ lots: [], state: 'pending', createdAt: scope.now, endedAt: null },
  };
  if (target === 'gateway') await intend(scope, standing, { row, plan });
  else await giveBack(scope, standing, { row, plan });
  return { id: row.id, customer: root.customer, amount: row.amount, target };
}

type Planned = { readonly row: RefundRow; readonly plan: RefundPlan };

const referenceOf = ({ id }: RefundRow) => ({ type: 'refund', id });

async function intend(scope: Scope, standing: Standing, { row, plan }: Planned): Promise<void> {
  const of = { customer: standing.customer, reference: referenceOf(row) };
  await storeRefund(scope, { ...row, lots: await setAside(scope, of, plan.takes) });
  await scope.run(sql`
    update bursar.orders set refunding = refunding + ${row.amount}::bigint
     where (tenant_id, id) = (${scope.tenant.id}::int, ${row.order}::text)`);
  const dueAt = addDuration(scope.now, firstTry, 1, 'UTC');
  await queueJob(scope, { kind: REFUND, key: row.id, payload: { refund: row.id }, dueAt });
}

async function giveBack(scope: Scope, standing: Standing, { row, plan }: Planned): Promise<void> {
  const { tree, customer } = standing;
  const back = row.target === 'wallet' ? backToWallet(tree.root, row.amount) : null;
  // It is the one thing that may still be refused.
  if (back && back.amount > 0)
    await credit(scope, {
      ...{ ...back, customer: customer.externalId, grantSource: 'refund' },
      ...{ reference: referenceOf(row), key: row.id, source: 'orders.refund' },
    });
  const { takes, isUnused } = plan;
  await takeNow(scope, standing, { row, takes, isUnused });
}

/** What the wallet paid goes back as what it was: points that bought something never become money. */
function backToWallet(
  { wallet, currency, total, refunded }: OrderRow,
  amount: number,
): { readonly unit: string; readonly amount: number } {
  if (!wallet) return { unit: currency, amount };
  const share = { from: refunded, to: refunded + amount, total };
  return { unit: wallet.unit, amount: unitsFor(wallet.amount, share) };
}
