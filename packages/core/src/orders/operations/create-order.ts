/**
 * Placing an order: everything that paying it needs is frozen on it, and nothing of it changes afterwards.
 *
 * Refusals, limits and rows come under the customer's lock, so orders that race cannot pass a limit together. An order of
 * nothing to pay is taken as paid at once, in the same transaction.
 */
import { ensureCatalog } from '../../catalog/index.ts';
import { answerOnce, ensureCustomer, lockCustomer } from '../../customers/index.ts';
import { multiply, newId, type Scope, ValidationError } from '../../kernel/index.ts';
import { checkoutOf, gatewayFault, type PaymentChoice } from '../checkout.ts';
import { type Discounted, discountFor } from '../discount.ts';
import { OfferLockedError } from '../errors.ts';
import type { Checkout } from '../gateway.ts';
import { groupsHeld } from '../groups-held.ts';
import { refuseBeyondLimit } from '../limits.ts';
import { announceOrder } from '../news.ts';
import { isUnlocked } from '../offers.ts';
import { type Order, orderOf, reviveOrder } from '../order.ts';
import { windowsOf } from '../payable.ts';
import type { OrderTree } from '../rows.ts';
import { type Sale, saleOfOffer, saleOfPlan } from '../sale.ts';
import { isLapsed, openCheckoutOf, refuseOther, storeLapsed } from './claim-checkout.ts';
import { fulfilOrder } from './fulfil-order.ts';
import { getOrder } from './get-order.ts';
import { type Charge, insertOrder } from './insert-order.ts';
import { keepShare, type Purse, purseOf, setAside } from './pay-from-wallet.ts';
import { payOpen } from './pay-order.ts';

export type NewOrder = PaymentChoice & {
  readonly customer: string;
  /** Of a customer that is made here. */
  readonly kind?: string | undefined;
  /** One of the two. */
  readonly offer?: string | undefined;
  readonly plan?: string | undefined;
  /** 1 unless said. */
  readonly quantity?: number | undefined;
  /** Of its prices; the first of them unless said. */
  readonly currency?: string | undefined;
  /** Now or later; unless said, when it is paid, or when the group's last purchase ends if it appends. */
  readonly startsAt?: Date | undefined;
  readonly country?: string | undefined;
  readonly taxRate?: number | undefined;
  readonly idempotencyKey?: string | undefined;
};

/** What placing an order answers; `replayed`: with what an earlier request has made. */
export type PlacedOrder = {
  readonly order: Order;
  readonly checkout: Checkout;
  readonly replayed: boolean;
};

/**
 * Places an order and announces `order.created`; one of nothing to pay is paid at once. The same key and request again give the
 * first answer. Where a gateway is asked, so does ordering the same again while the first is unpaid, under whatever key. What the payer is sent to is opened at the gateway once the order is committed; if that fails, it stays pending.
 *
 * @throws {OfferUnknownError} No such offer, or it is archived.
 * @throws {PlanUnknownError} No such plan.
 * @throws {OfferLockedError} The customer holds no group that unlocks it.
 * @throws {QuantityLimitError} More than its limit allows.
 * @throws {CheckoutOpenError} An order of the same with other content waits to be paid: pay or cancel it first.
 * @throws {StartInPastError} The start has passed.
 * @throws {AlreadySubscribedError} Paid now it could not begin: the plan runs without an end, or another does by then.
 * @throws {InvalidAmountError} The total is beyond what can be counted.
 * @throws {ValidationError} It has no price in that currency, or would last more than a thousand years.
 * @throws {InsufficientBalanceError} `payFrom`: the wallet has less. @throws {RateMissingError} It has no rate for it.
 * @throws {IdempotencyConflictError} The key belongs to another request.
 */
export async function createOrder(scope: Scope, input: NewOrder): Promise<PlacedOrder> {
  const { idempotencyKey: key, gateway, returnUrl, cancelUrl, offSession, ...request } = input;
  const { payFrom, capture } = input;
  const choice = { gateway, returnUrl, cancelUrl, offSession, payFrom, capture };
  const fault = await gatewayFault(scope, choice);
  if (fault && (gateway ?? payFrom ?? capture) !== undefined) throw fault;
  await ensureCatalog(scope);
  const purse = await settled(purseFor(scope, input));
  let isAgain = false;
  const { answer, replayed } = await scope.transaction(async (scope) => {
    const { customer, kind } = input;
    const { id } = await ensureCustomer(scope, { customer, kind });
    const once = { verb: 'orders.create', customerId: id, key, request };
    return answerOnce(scope, once, async (scope) => {
      const placed = await place(scope, input, { fault, purse: purse() });
      isAgain = placed.isAgain;
      return orderOf(scope, placed.tree);
    });
  });
  const order = reviveOrder(answer);
  const current = replayed ? await getOrder(scope, { order: order.id }) : order;
  return {
    order,
    checkout: await checkoutOf(scope, current, choice),
    replayed: replayed || isAgain,
  };
}

/** `isAgain`: it was placed before, and waits to be paid. */
type Placed = { readonly tree: OrderTree; readonly isAgain: boolean };

/** @param payer.fault Why it cannot be paid; of no matter to one of nothing to pay. */
async function place(
  scope: Scope,
  input: NewOrder,
  { fault, purse: given }: { fault: ValidationError | null; purse: Purse | null },
): Promise<Placed> {
  const customer = await lockCustomer(scope, { customer: input.customer, mode: 'update' });
  const sale = await saleOf(scope, input);
  if (!isUnlocked(sale, sale.unlockedBy.length > 0 ? await groupsHeld(scope, customer.id) : none))
    throw new OfferLockedError(sale.root.offer, sale.unlockedBy);
  const discounted = await discountFor(scope, { customer: customer.externalId, sale });
  const charge = chargeOf(sale, input, discounted);
  if (fault && charge.total > 0) throw fault;
  const purse = charge.total > 0 ? given : null;
  const isPaid = charge.total === 0 || (purse !== null && input.capture !== false);
  const isToPay = scope.ports.openCheckout !== undefined && charge.total > 0;
  const atGateway = isToPay && purse === null;
  const asked = { customer, sale, input, charge, atGateway };
  const open = isToPay ? await openCheckoutOf(scope, customer, sale.root) : null;
  if (open && !isLapsed(scope, open))
    return {
      tree: await payOpen(scope, refuseOther(open, asked), { purse, capture: input.capture }),
      isAgain: true,
    };
  await refuseBeyondLimit(scope, customer.id, sale);
  // What would fail when it is paid is refused before anybody pays.
  await windowsOf(scope, {
    ...{ customerId: customer.id, customer: customer.externalId, timeZone: customer.timeZone },
    ...{ lines: [sale.root, ...sale.items], asked: input.startsAt ?? null },
    ...{ paid: { amount: charge.total, unit: charge.currency }, isPaid },
  });
  const id = newId('ord');
  const { currency, total } = charge;
  const price = { id, customer: customer.externalId, currency, total };
  const wallet = purse && (await setAside(scope, price, purse));
  if (open) await storeLapsed(scope, open);
  const { root, items } = await insertOrder(scope, { ...asked, id });
  const kept = purse && wallet ? await keepShare(scope, root, { purse, wallet }) : root;
  await announceOrder(scope, kept, 'order.created', {});
  const method = purse ? 'wallet' : 'free';
  const tree = isPaid ? await fulfilOrder(scope, { order: id, method }) : { root: kept, items };
  return { tree, isAgain: false };
}

/** What came of work that must not be waited for later: its answer, or what it threw, whenever that is asked for. */
async function settled<T>(work: Promise<T>): Promise<() => T> {
  const [outcome] = await Promise.allSettled([work]);
  return () => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  };
}

async function purseFor(scope: Scope, input: NewOrder): Promise<Purse | null> {
  if (input.payFrom === undefined) return null;
  return purseOf(scope, input, currencyOf(await saleOf(scope, input), input));
}

function saleOf(scope: Scope, { offer, plan, quantity = 1 }: NewOrder): Promise<Sale> {
  return offer === undefined
    ? saleOfPlan(scope, plan ?? '', quantity)
    : saleOfOffer(scope, offer, quantity);
}

const none: ReadonlySet<string> = new Set();

function chargeOf(sale: Sale, input: NewOrder, discounted: Discounted): Charge {
  const currency = currencyOf(sale, input);
  const price = sale.price[currency] ?? 0;
  return { currency, price, total: discounted(multiply(price, sale.root.quantity), currency) };
}

function currencyOf({ price: prices, root }: Sale, input: NewOrder): string {
  const priced = Object.keys(prices);
  const currency = input.currency ?? priced[0];
  if (currency === undefined || !priced.includes(currency))
    throw new ValidationError([
      {
        pointer: '/currency',
        detail: `must be one that ${root.offer} has a price in: ${priced.join(', ') || 'it has none'}`,
      },
    ]);
  return currency;
}
