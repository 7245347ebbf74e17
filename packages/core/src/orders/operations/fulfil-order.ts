/**
 * Taking an order as paid: the one place where what was bought is handed out.
 *
 * Runs in the transaction of whoever learned of the payment: status, grants, subscription and news commit together. The customer
 * is locked first, then the order, so of any number that confirm one order at once exactly one fulfils it. Everything is
 * worked from what the order froze, never from the catalogue.
 */
import { lockKnownCustomers } from '../../customers/index.ts';
import { at, FOREVER, multiply, NotFoundError, type Scope, sql } from '../../kernel/index.ts';
import { credit, InvalidStateError } from '../../ledger/index.ts';
import { deliverPlan } from '../../subscriptions/index.ts';
import { isOwed } from '../charges.ts';
import { DuplicatePaymentError } from '../errors.ts';
import { announceOrder, recordStep, type Step, textOf } from '../news.ts';
import { windowsOf } from '../payable.ts';
import { findTree, type OrderRow, type OrderTree } from '../rows.ts';
import { isOpen, statusAt } from '../status.ts';
import type { BoughtWindow } from '../window.ts';
import { fulfilCharge } from './fulfil-charge.ts';
import { issueReceipt } from './issue-receipt.ts';
import { settleWallet } from './pay-from-wallet.ts';

export type FulfilOrder = {
  readonly order: string;
  /** `free`, `manual`, `wallet` or a gateway. */
  readonly method: string;
  /** In place of the start that was asked for. */
  readonly startsAt?: Date | undefined;
} & Pick<Step, 'message' | 'payload'>;

/**
 * Moves an order to `paid`, once: issues its grants and those of its items, begins, extends or changes subscriptions, announces
 * `order.paid`, and issues the receipt.
 *
 * @returns The order and its items as they are then.
 * @throws {NotFoundError} There is no such order, or it is a bundled line.
 * @throws {DuplicatePaymentError} It was paid before; nothing is granted.
 * @throws {InvalidStateError} It was canceled, or has lapsed; or nothing is set aside in the wallet that is to pay it.
 * @throws {StartInPastError} The start that was asked for has passed.
 * @throws {LimitExceededError} A balance would pass its ceiling.
 * @throws {AlreadySubscribedError} A subscription that is to begin later meets another of its family.
 */
export function fulfilOrder(scope: Scope, input: FulfilOrder): Promise<OrderTree> {
  return scope.transaction(async (scope) => {
    const tree = await lockOrder(scope, input.order);
    refusePaid(tree.root, scope.now);
    const paid = await (isOwed(tree.root) ? payCharge : handOut)(scope, tree, input);
    await issueReceipt(scope, paid);
    return paid;
  });
}

function payCharge(scope: Scope, { root }: OrderTree, input: FulfilOrder): Promise<OrderTree> {
  return fulfilCharge(scope, root, async (window) => {
    const open = await settleWallet(scope, root, input.method);
    const paid = await hand(scope, open, { window, ...input });
    await announcePaid(scope, paid, []);
    return paid;
  });
}

async function handOut(
  scope: Scope,
  { root, items }: OrderTree,
  input: FulfilOrder,
): Promise<OrderTree> {
  const [window, ...windows] = await windowsOf(scope, {
    ...{ customerId: root.customerId, customer: root.customer, timeZone: root.timeZone },
    ...{ lines: [root, ...items], asked: input.startsAt ?? root.asksStart, isPaid: true },
    paid: { amount: root.total, unit: root.currency },
  });
  if (!window) throw new Error(`Order ${root.id} has no time.`);
  // All that may be refused has been: what is set aside moves with the rest.
  const open = await settleWallet(scope, root, input.method);
  const bought = await hand(scope, open, { window, ...input });
  const bundled = [];
  for (const [index, item] of items.entries()) {
    const own = item.append ? windows[index] : undefined;
    const common = { startsAt: bought.startsAt, expiresAt: bought.expiresAt };
    bundled.push(await hand(scope, item, { window: own ?? common, method: input.method }));
  }
  await announcePaid(scope, bought, bundled);
  return { root: bought, items: bundled };
}

/**
 * An order and its items, locked after their customer, who may have been erased since, and after whom a refund takes from, too.
 * @throws {NotFoundError} There is no such order, or it is a bundled line.
 */
export async function lockOrder(scope: Scope, id: string): Promise<OrderTree> {
  const found = await findTree(scope, id);
  if (!found || found.root.parentId !== null) throw new NotFoundError('order', id);
  const orders = [found.root, ...found.items].map((line) => line.id);
  const rewarded = (await scope.ports.rewardedWithOrder?.(scope, { orders })) ?? [];
  await lockKnownCustomers(scope, [found.root.customerId, ...rewarded]);
  const locked = await findTree(scope, id, { lock: true });
  if (!locked) throw new NotFoundError('order', id);
  return locked;
}

function refusePaid(root: OrderRow, now: Date): void {
  const status = statusAt(root, now);
  if (isOpen(status)) return;
  if (status === 'canceled') throw new InvalidStateError(`Order ${root.id} is canceled.`);
  throw new DuplicatePaymentError(root.id, status);
}

type Paid = OrderRow & { readonly startsAt: Date };

/** Hands one line out: its subscription, which may set its time, its status, its grants. */
async function hand(
  scope: Scope,
  row: OrderRow,
  {
    window: planned,
    method,
    message,
    payload,
  }: { readonly window: BoughtWindow; readonly method: string } & Pick<Step, 'message' | 'payload'>,
): Promise<Paid> {
  const { window, subscriptionId } = await deliver(scope, row, planned);
  const dueAt = window.expiresAt ?? FOREVER;
  await scope.run(sql`
    update bursar.orders
       set status = 'paid', method = ${method}::text, starts_at = ${at(window.startsAt)}::text::timestamptz,
           expires_at = ${at(window.expiresAt)}::text::timestamptz, subscription_id = ${subscriptionId}::text,
           paid_at = ${at(scope.now)}::text::timestamptz, due_at = ${at(dueAt)}::text::timestamptz,
           updated_at = ${at(scope.now)}::text::timestamptz
     where (tenant_id, id) = (${scope.tenant.id}::int, ${row.id}::text)`);
  await recordStep(scope, { order: row.id, status: 'paid', message, payload });
  const paid = { ...row, ...window, ...{ status: 'paid' as const, method, subscriptionId, dueAt } };
  await grantUnits(scope, paid);
  return { ...paid, paidAt: scope.now, updatedAt: scope.now };
}

async function deliver(
  scope: Scope,
  row: OrderRow,
  window: BoughtWindow,
): Promise<{ window: BoughtWindow; subscriptionId: string | null }> {
  if (isOwed(row)) return { window, subscriptionId: row.subscriptionId };
  if (row.planVersionId === null) return { window, subscriptionId: null };
  const { customer, planVersionId, cycle, quantity, timeZone, total, currency } = row;
  const { subscription, startsAt, endsAt } = await deliverPlan(scope, {
    ...{ customer, planVersionId, cycle, quantity, timeZone },
    ...{ startsAt: window.startsAt, endsAt: window.expiresAt },
    paid: { amount: total, unit: currency },
  });
  return { window: { startsAt, expiresAt: endsAt }, subscriptionId: subscription };
}

/** A grant of its own per unit, with the line's window; a lot is never merged with another. */
async function grantUnits(scope: Scope, row: Paid): Promise<void> {
  for (const [unit, amount] of Object.entries(row.grants).sort(byUnit)) {
    await credit(scope, {
      ...{ customer: row.customer, unit, amount: multiply(amount, row.quantity) },
      ...{ grantSource: 'order', reference: { type: 'order', id: row.id } },
      ...{ effectiveAt: row.startsAt, waits: row.notBeforeStart },
      ...(row.expiresAt !== null && { expiresAt: row.expiresAt }),
      ...{ key: row.id, source: 'orders.fulfil' },
    });
  }
}

/** Balances are opened in one order, whoever fulfils. */
function byUnit([one]: [string, number], [other]: [string, number]): number {
  return one < other ? -1 : 1;
}

function announcePaid(scope: Scope, root: Paid, items: readonly Paid[]): Promise<void> {
  return announceOrder(scope, root, 'order.paid', {
    ...{ method: root.method ?? '', startsAt: root.startsAt.toISOString() },
    subscription: root.subscriptionId,
    items: items.map((item) => ({
      ...{ order: item.id, offer: item.offer, quantity: item.quantity },
      ...{ startsAt: textOf(item.startsAt), expiresAt: textOf(item.expiresAt) },
      subscription: item.subscriptionId,
    })),
  });
}
