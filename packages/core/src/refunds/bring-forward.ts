/**
 * Bringing an order to where its gateway says that its payment is: what went back is taken, what is disputed is set aside.
 *
 * While anything of it moves, what disputes hold is let go, and set aside again of what is then left: so it does not matter in
 * which order money goes back and is disputed. One transaction, under the order's locks.
 */
import { type Scope, sql } from '../kernel/index.ts';
import { announceOrder, type GatewayRefund, lockOrder } from '../orders/index.ts';
import type { PaymentRow } from '../payments/index.ts';
import { freeze, giveBackDisputed, lift, takeLost } from './disputes.ts';
import { type RefundRow, selectRefunds } from './rows.ts';
import { knownOf, takeReported } from './take-reported.ts';

/** More disputes than a payment ever has, and more ends of each. */
const disputesMax = 1_000;

export type Forward = {
  /** By whose news. */
  readonly refund?: GatewayRefund | undefined;
  /** Something else has moved: what is disputed is measured anew. */
  readonly isAgain?: boolean | undefined;
};

/** Does what is new. @param payment The one that the order was handed out for; its order is locked. */
export async function bringForward(
  scope: Scope,
  payment: PaymentRow,
  { refund, isAgain = false }: Forward,
): Promise<void> {
  const sent = payment.refunded - (await knownOf(scope, payment));
  const rows = await selectRefunds(scope, {
    where: sql`refund.order_id = ${payment.order}::text and refund.source = 'dispute'`,
    ...{ limit: disputesMax, lock: true },
  });
  const pending = rows.filter(({ state }) => state === 'pending');
  const isDisputeDue = isAgain ? pending.length > 0 : dueOf(payment, rows).length > 0;
  if (sent <= 0 && !isDisputeDue) return;
  for (const row of pending) await lift(scope, row);
  if (sent > 0) await takeReported(scope, payment, { sent, refund });
  await followDisputes(scope, payment, rows);
}

/** What is over comes first: only what is left then is set aside. */
async function followDisputes(scope: Scope, payment: PaymentRow, rows: readonly RefundRow[]) {
  const all = Object.entries(payment.disputes).sort(([one], [other]) => (one < other ? -1 : 1));
  for (const state of ['won', 'lost', 'open'] as const)
    for (const [id, dispute] of all.filter(([, one]) => one.state === state)) {
      const own = rows.filter(({ externalId }) => externalId === id);
      const row = own.find((one) => one.state === 'pending') ?? null;
      const of = { payment, id, dispute, row };
      if (state === 'won' && row) await giveBackDisputed(scope, of, row);
      if (state === 'lost' && !own.some((one) => one.state === 'succeeded'))
        await takeLost(scope, of);
      if (state === 'open') await freeze(scope, of);
    }
  const isOpen = all.some(([, { state }]) => state === 'open');
  await scope.run(sql`
    update bursar.orders set disputed = ${isOpen}::boolean
     where (tenant_id, id) = (${scope.tenant.id}::int, ${payment.order}::text)`);
}

/** Those that are not yet where the gateway says they are. */
function dueOf({ disputes }: PaymentRow, rows: readonly RefundRow[]): string[] {
  const has = (id: string, state: RefundRow['state']) =>
    rows.some((row) => row.externalId === id && row.state === state);
  return Object.entries(disputes).flatMap(([id, { state }]) => {
    if (state === 'open') return has(id, 'pending') ? [] : [id];
    if (state === 'lost') return has(id, 'succeeded') ? [] : [id];
    return has(id, 'pending') ? [id] : [];
  });
}

/** Says once that a bank has asked: it may become a dispute, and an answer may keep it from that. */
export async function tellInquiries(
  scope: Scope,
  was: PaymentRow,
  payment: PaymentRow,
): Promise<void> {
  for (const [dispute, { state, amount }] of Object.entries(payment.disputes)) {
    if (state !== 'inquiry' || Object.hasOwn(was.disputes, dispute)) continue;
    const { root } = await lockOrder(scope, payment.order);
    await announceOrder(scope, root, 'order.disputed', {
      ...{ dispute, state, amount: { amount, unit: root.currency }, units: [], outstanding: [] },
    });
  }
}
