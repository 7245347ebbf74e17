/** What a refund that somebody asks for comes to, and whether it may be. Nothing is written. */
import { type Scope, ValidationError } from '../kernel/index.ts';
import { InvalidStateError, LimitExceededError } from '../ledger/index.ts';
import { isHeld, statusAt } from '../orders/index.ts';
import { type PaymentRow, paymentThatPaid } from '../payments/index.ts';
import type { Take } from './kept-lots.ts';
import { moneyFor, timeLeft, unitsFor, unusedOf } from './measure.ts';
import type { Standing } from './order-lots.ts';
import type { RefundRow } from './rows.ts';

export type RefundPlan = {
  readonly amount: number;
  readonly takes: readonly Take[];
  /** All that is left goes, and what comes back to its lots later. */
  readonly takesAll: boolean;
  readonly isUnused: boolean;
};

/**
 * Without an amount the unused part, else units in proportion to it.
 * @throws {InvalidStateError} It is not paid, its time is over, it is disputed, or nothing of it is unused.
 * @throws {LimitExceededError} More than is left of what was paid.
 */
export function planRefund(
  scope: Scope,
  { tree: { root }, lots }: Standing,
  amount: number | undefined,
): RefundPlan {
  const status = statusAt(root, scope.now);
  if (!isHeld(status))
    throw new InvalidStateError(`Order ${root.id} is ${status}: there is nothing to give back.`);
  if (root.disputed)
    throw new InvalidStateError(`Order ${root.id} is disputed: its money is with the bank.`);
  const { total, currency } = root;
  const before = root.refunded + root.refunding;
  const rest = total - before;
  const { part, whole } = unusedOf(lots, timeLeft(root, scope.now));
  const isUnused = part === whole;
  if (amount === undefined) {
    if (part === 0) throw new InvalidStateError(`Nothing of order ${root.id} is unused.`);
    const money = Math.min(rest, moneyFor(total, { part, whole }));
    const takes = lots.map((lot) => ({ lot, units: lot.free }));
    return { amount: money, takes, takesAll: true, isUnused };
  }
  if (amount > rest) throw new LimitExceededError({ unit: currency, amount, limit: rest });
  const takesAll = amount === rest;
  const share = { from: before, to: before + amount, total };
  const takes = lots.map((lot) => {
    const units = takesAll ? lot.free : Math.min(lot.free, unitsFor(lot.granted, share));
    return { lot, units };
  });
  return { amount, takes, takesAll, isUnused };
}

/**
 * Where the money goes, and of which payment.
 * @throws {ValidationError} It was paid at no gateway, and nobody says where the money goes.
 */
export async function targetOf(
  scope: Scope,
  { tree: { root } }: Standing,
  { amount, to }: { amount: number; to: 'gateway' | 'wallet' | 'manual' | undefined },
): Promise<{ target: RefundRow['target']; payment: PaymentRow | null }> {
  if (amount === 0) return { target: 'none', payment: null };
  if (to === 'wallet' || to === 'manual') return { target: to, payment: null };
  if (root.method === 'wallet' && to === undefined) return { target: 'wallet', payment: null };
  const payment = await paymentThatPaid(scope, root.id);
  if (payment) return { target: 'gateway', payment };
  const detail = 'must be wallet or manual: no payment of this order is known at a gateway';
  throw new ValidationError([{ pointer: '/to', detail }]);
}
