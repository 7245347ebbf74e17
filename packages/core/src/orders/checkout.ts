/** Where gateways come in: what opens a payment for an order that is to be paid. */
import { type Scope, ValidationError } from '../kernel/index.ts';
import type { Checkout } from './gateway.ts';
import type { Order } from './order.ts';

/** How the payer wants to pay. */
export type PaymentChoice = {
  /** Left out: the only one there is. */
  readonly gateway?: string | undefined;
  /** Where the payer comes back to. */
  readonly returnUrl?: string | undefined;
  /** Where the payer comes back to who gave up. */
  readonly cancelUrl?: string | undefined;
  /** Nobody is there to pay: the gateway charges what the customer has left with it. */
  readonly offSession?: boolean | undefined;
  /** In place of a gateway: a unit of the customer's wallet, which is the order's currency or has a rate to it. */
  readonly payFrom?: string | undefined;
  /** With `payFrom`: false only sets it aside, and `confirm` with `payment: 'wallet'` takes it. */
  readonly capture?: boolean | undefined;
};

/**
 * Opens a payment for an unpaid order. Called outside any transaction, after the order has been committed, and again for
 * each repeat of the request: it answers with the first under the order's own key.
 */
export type OpenCheckout = (
  scope: Scope,
  input: { readonly order: Order; readonly choice: PaymentChoice },
) => Promise<Checkout>;

declare module '../kernel/scope.ts' {
  interface Ports {
    /** Left out: there is no gateway, and an operator takes what is paid by hand. */
    readonly openCheckout?: OpenCheckout | undefined;
    /** None of that name, or several and none is named. */
    readonly gatewayFault?:
      | ((scope: Scope, choice: PaymentChoice) => Promise<ValidationError | null>)
      | undefined;
    /** Whom a refund of these orders touches beside their buyer: an order is locked with them. */
    readonly rewardedWithOrder?:
      | ((scope: Scope, of: { readonly orders: readonly string[] }) => Promise<number[]>)
      | undefined;
  }
}

const none: Checkout = { kind: 'none' };

/**
 * What the payer is given: nothing where nothing is to be paid, no gateway is there, or a transaction is open that no gateway
 * may be waited for in; then `orders.pay` opens it once that has committed.
 */
export async function checkoutOf(
  scope: Scope,
  order: Order,
  choice: PaymentChoice,
): Promise<Checkout> {
  const { openCheckout } = scope.ports;
  if (!openCheckout || scope.inTransaction || order.status !== 'pending') return none;
  if (choice.payFrom !== undefined) return none;
  return openCheckout(scope, { order, choice });
}

/**
 * What is wrong with the choice of a gateway, or `null`. It may ask the host, which no transaction waits for: in one nothing is opened
 * at a gateway, and `orders.pay` asks once it has committed.
 */
export async function gatewayFault(
  scope: Scope,
  choice: PaymentChoice,
): Promise<ValidationError | null> {
  if (choice.payFrom !== undefined) return faultOfWallet(choice);
  if (choice.capture !== undefined)
    return new ValidationError([{ pointer: '/capture', detail: 'goes with payFrom alone' }]);
  if (scope.inTransaction) return null;
  if (scope.ports.gatewayFault) return scope.ports.gatewayFault(scope, choice);
  if (choice.gateway === undefined || scope.ports.openCheckout) return null;
  return new ValidationError([{ pointer: '/gateway', detail: 'is not set up: leave it out' }]);
}

function faultOfWallet({ gateway }: PaymentChoice): ValidationError | null {
  if (gateway === undefined) return null;
  return new ValidationError([
    { pointer: '/payFrom', detail: 'stands in place of a gateway: leave one of them out' },
  ]);
}
