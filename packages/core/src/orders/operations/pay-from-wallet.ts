/**
 * The wallet as a means of payment: what an order costs there is set aside at once, captured when the order is paid, and given back
 * when it is not.
 *
 * Whatever else pays the order meanwhile, a gateway or an operator, gives it back too: nobody pays twice.
 */
import { at, json, newId, type Scope, sql, ValidationError } from '../../kernel/index.ts';
import {
  CustomerFrozenError,
  captureHold,
  costAt,
  InsufficientBalanceError,
  InvalidStateError,
  type Rate,
  rateBetween,
  releaseHold,
  spend,
} from '../../ledger/index.ts';
import { getSetting } from '../../settings/index.ts';
import type { PaymentChoice } from '../checkout.ts';
import type { WalletShare } from '../order-row.ts';
import type { OrderRow } from '../rows.ts';

/** A unit of the wallet, with the rate of the order's currency to it. */
export type Purse = { readonly unit: string; readonly currency: string; readonly rate: Rate };

/**
 * What the choice says of the wallet, or `null`. Asks for rates; so before any transaction.
 *
 * @throws {ValidationError} Wallets do not pay here. @throws {UnitUnknownError} The catalogue has no such unit.
 * @throws {RateMissingError} There is no rate between it and the order's currency.
 */
export async function purseOf(
  scope: Scope,
  { payFrom: unit }: PaymentChoice,
  currency: string,
): Promise<Purse | null> {
  if (unit === undefined) return null;
  if (!(await getSetting(scope, 'orders.payWithWallet')))
    throw new ValidationError([
      { pointer: '/payFrom', detail: 'is switched off: the setting orders.payWithWallet says so' },
    ]);
  return { unit, currency, rate: await rateBetween(scope, { from: currency, to: unit }) };
}

/**
 * Sets aside what an order costs the wallet, before anything else of it is written. The customer is locked.
 *
 * @throws {InsufficientBalanceError} Less is available. @throws {CustomerFrozenError} An operator stopped this customer.
 */
export async function setAside(
  scope: Scope,
  { id, customer, total, currency }: Pick<OrderRow, 'id' | 'customer' | 'total' | 'currency'>,
  purse: Purse,
): Promise<WalletShare> {
  const { unit, rate } = purse;
  if (currency !== purse.currency) throw new Error(`Order ${id} is not in ${purse.currency}.`);
  const amount = costAt(scope, { amount: total, from: currency, to: unit, rate });
  const hold = newId('hld');
  const answer = await spend(scope, {
    ...{ customer, unit, amount, hold: { id: hold, expiresAt: null } },
    ...{ reference: { type: 'order', id }, source: 'orders.pay' },
    request: { verb: 'order', id },
  });
  if (answer.allowed) return { unit, amount, hold };
  if (answer.reason === 'customer_frozen') throw new CustomerFrozenError(customer);
  throw new InsufficientBalanceError({ unit, amount, available: answer.figures.available });
}

/**
 * As `setAside`, for an unpaid order, locked after its customer.
 * @returns The order as it is then.
 * @throws {InvalidStateError} Its price is set aside already: only `confirm` takes that.
 */
export async function setAsideFor(scope: Scope, order: OrderRow, purse: Purse): Promise<OrderRow> {
  if (order.wallet !== null)
    throw new InvalidStateError(
      `The price of order ${order.id} is set aside: confirm or cancel it.`,
    );
  return keepShare(scope, order, { purse, wallet: await setAside(scope, order, purse) });
}

/** Writes down what is set aside for an order, and at what rate. */
export async function keepShare(
  scope: Scope,
  order: OrderRow,
  { purse: { rate }, wallet }: { readonly purse: Purse; readonly wallet: WalletShare },
): Promise<OrderRow> {
  await scope.run(sql`
    update bursar.orders
       set wallet_unit = ${wallet.unit}::text, wallet_amount = ${wallet.amount}::bigint,
           wallet_hold = ${wallet.hold}::text, wallet_rate = ${json({ ...rate, at: at(rate.at) })}::text::jsonb
     where (tenant_id, id) = (${scope.tenant.id}::int, ${order.id}::text)`);
  return { ...order, wallet };
}

/**
 * Takes what is set aside for a locked order that the wallet pays, or gives it back where something else pays it.
 * @returns The order as it is then.
 */
export async function settleWallet(
  scope: Scope,
  order: OrderRow,
  method: string,
): Promise<OrderRow> {
  const { id, wallet } = order;
  if (method !== 'wallet') return releaseWallet(scope, order);
  if (!wallet?.hold) throw new InvalidStateError(`Nothing of a wallet is set aside for ${id}.`);
  await captureHold(scope, { hold: wallet.hold, source: 'orders.pay' });
  await scope.run(sql`
    update bursar.orders set wallet_hold = null
     where (tenant_id, id) = (${scope.tenant.id}::int, ${id}::text)`);
  return { ...order, wallet: { ...wallet, hold: null } };
}

/**
 * Gives back what is set aside for a locked order.
 * @returns The order as it is then.
 */
export async function releaseWallet(scope: Scope, order: OrderRow): Promise<OrderRow> {
  const { id, wallet } = order;
  if (!wallet?.hold) return order;
  await releaseHold(scope, { hold: wallet.hold });
  await scope.run(sql`
    update bursar.orders set wallet_unit = null, wallet_amount = null, wallet_rate = null, wallet_hold = null
     where (tenant_id, id) = (${scope.tenant.id}::int, ${id}::text)`);
  return { ...order, wallet: null };
}
