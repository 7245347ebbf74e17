/**
 * What a gateway says of a payment, taken into the books: the payment is merged, and its order moves forward, at most once to `paid`.
 *
 * Runs in one transaction with whatever told it. The customer is locked first, then the order, then the payment, so that of any
 * number that bring the same news exactly one hands out what was bought. What does not fit is flagged and hands out nothing.
 */
import { queueJob } from '../../jobs/index.ts';
import { at, isBursarError, json, type Scope, sql } from '../../kernel/index.ts';
import {
  announceOrder,
  type DisputeFact,
  fulfilOrder,
  type GatewayPayment,
  type GatewayRefund,
  isOpen,
  lockOrder,
  moveOrder,
  type OrderTree,
  recordStep,
  statusAt,
} from '../../orders/index.ts';
import { faultOf, saidOf } from '../fit.ts';
import { type Merged, merge, type PaymentRow } from '../payment.ts';
import { selectPayments } from '../rows.ts';

/** The kind of the job that sends back what was paid and could not be taken. */
export const SEND_BACK = 'payment.send_back';

/** How much longer an order waits whose payment is under way: a day. */
const processingMilliseconds = 86_400_000;

export type Word = {
  /** As the gateway has it. */
  readonly payment: GatewayPayment;
  /** The refund that it was told with. */
  readonly refund?: GatewayRefund | undefined;
  /** The dispute that it was told with. */
  readonly dispute?: DisputeFact | undefined;
  /** When it was so there. */
  readonly at: Date;
  /** Who says it: `webhook`, or `asked`. */
  readonly by: 'webhook' | 'asked';
};

/** @returns What became of it: `flagged` is for an operator to look at. */
export function applyPayment(
  scope: Scope,
  { row: known, word }: { row: PaymentRow; word: Word },
): Promise<'applied' | 'flagged'> {
  return scope.transaction(async (scope) => {
    const tree = await lockOrder(scope, known.order);
    const [row] = await selectPayments(scope, {
      where: sql`payment.id = ${known.id}::text`,
      ...{ limit: 1, lock: true },
    });
    if (!row) return 'flagged';
    const fault = faultOf(scope, { tree, row }, word.payment);
    if (fault !== null) return flag(scope, { tree, row, because: fault });
    const merged = merge(row, { ...saidOf(row, word.payment, word.dispute), at: word.at });
    await keep(scope, row, merged, word);
    const isNew = merged.state === 'succeeded' && row.state !== 'succeeded';
    if (isNew && (await settle(scope, { tree, row })) === 'flagged') return 'flagged';
    if (!isNew) await follow(scope, { tree, row, merged });
    // What went back may have been told before the payment itself was.
    if (merged.state === 'succeeded')
      await scope.ports.followBack?.(scope, {
        was: row,
        payment: { ...row, ...merged },
        refund: word.refund,
      });
    return 'applied';
  });
}

async function keep(
  scope: Scope,
  row: PaymentRow,
  merged: Merged,
  { payment }: Word,
): Promise<void> {
  await scope.run(sql`
    update bursar.payments
       set state = ${merged.state}::text, state_at = ${at(merged.stateAt)}::text::timestamptz, refusal = ${merged.refusal}::text,
           refusal_at = ${at(merged.refusalAt)}::text::timestamptz, refunded = ${merged.refunded}::bigint,
           disputed = ${merged.disputed}::boolean, disputes = ${json(merged.disputes)}::text::jsonb, external_id = coalesce(external_id, ${payment.id}::text),
           livemode = coalesce(livemode, ${payment.livemode}::boolean), updated_at = ${at(scope.now)}::text::timestamptz
     where (tenant_id, id) = (${scope.tenant.id}::int, ${row.id}::text)`);
}

type Settling = { readonly tree: OrderTree; readonly row: PaymentRow };

/** The money is there: the order is handed out, or the money goes back. */
async function settle(scope: Scope, { tree, row }: Settling): Promise<'applied' | 'flagged'> {
  const status = statusAt(tree.root, scope.now);
  if (!isOpen(status)) {
    await queueJob(scope, { kind: SEND_BACK, key: row.id, payload: { payment: row.id } });
    return flag(scope, { tree, row, because: status === 'canceled' ? 'canceled' : 'duplicate' });
  }
  try {
    const payload = { payment: row.id, gateway: row.gateway };
    await fulfilOrder(scope, { order: row.order, method: row.gateway, payload });
    return 'applied';
  } catch (error) {
    // What cannot be handed out is refused before anything of it is written: an operator gives a new start, or sends it back.
    if (!isBursarError(error) || error.kind === 'unavailable') throw error;
    if (tree.root.subscriptionId !== null)
      await queueJob(scope, { kind: SEND_BACK, key: row.id, payload: { payment: row.id } });
    return flag(scope, { tree, row, because: error.code });
  }
}

/** A refusal moves an unpaid order whose newest payment this is. */
async function follow(
  scope: Scope,
  { tree, row, merged }: Settling & { merged: Merged },
): Promise<void> {
  const { root } = tree;
  if (!isOpen(statusAt(root, scope.now))) return;
  const [newest] = await selectPayments(scope, {
    where: sql`payment.order_id = ${row.order}::text`,
    limit: 1,
  });
  if (newest?.id !== row.id) return;
  if (merged.state === 'processing') await wait(scope, root.id);
  const to = merged.state === 'succeeded' ? null : merged.refusal;
  if (to === null || to === root.status) return note(scope, tree, row, merged);
  const message = to === 'refused' ? 'the gateway refused' : 'the payer has to do something';
  await moveOrder(scope, root, { to, message, payload: { payment: row.id } });
}

async function note(
  scope: Scope,
  { root }: OrderTree,
  row: PaymentRow,
  merged: Merged,
): Promise<void> {
  if (merged.state === row.state || root.status === 'canceled') return;
  const message = `the gateway says: ${merged.state}`;
  const payload = { payment: row.id, state: merged.state };
  await recordStep(scope, { order: row.order, status: root.status, message, payload });
}

/** It is not canceled while its payment is under way. */
async function wait(scope: Scope, order: string): Promise<void> {
  const until = new Date(scope.now.getTime() + processingMilliseconds);
  await scope.run(sql`
    update bursar.orders
       set lapses_at = greatest(lapses_at, ${at(until)}::text::timestamptz), due_at = greatest(due_at, ${at(until)}::text::timestamptz)
     where (tenant_id, id) = (${scope.tenant.id}::int, ${order}::text)`);
}

/** Says once what does not fit, in the history and as news. */
async function flag(
  scope: Scope,
  { tree: { root }, row, because }: Settling & { because: string },
): Promise<'flagged'> {
  if (row.flagged === because) return 'flagged';
  await scope.run(sql`
    update bursar.payments set flagged = ${because}::text, updated_at = ${at(scope.now)}::text::timestamptz
     where (tenant_id, id) = (${scope.tenant.id}::int, ${row.id}::text)`);
  const message = `a payment does not fit: ${because}`;
  const payload = { payment: row.id, because };
  await recordStep(scope, { order: root.id, status: 'inconsistent', message, payload });
  await announceOrder(scope, root, 'order.inconsistent', { payment: row.id, because });
  scope.logger.warn(
    { order: root.id, payment: row.id, because },
    'a payment does not fit its order',
  );
  return 'flagged';
}
