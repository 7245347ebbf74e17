/** An order as hosts see it: what one piece is, what all of it comes to, and what becomes of it with time. */
import { type Money, moneyOf } from '../catalog/index.ts';
import { multiply, type Scope } from '../kernel/index.ts';
import type { OrderRow, OrderTree } from './rows.ts';
import { type OrderStatus, statusAt } from './status.ts';

/** What was bought on one line. */
export type Bought = {
  /** The offer's key, or the plan's where the plan itself was ordered. */
  readonly offer: string;
  readonly plan: string | null;
  readonly title: string | null;
  readonly group: string | null;
  readonly quantity: number;
  /** ISO 8601; `null` is once. */
  readonly cycle: string | null;
  /** Of the whole quantity, per unit. */
  readonly grants: readonly Money[];
  readonly status: OrderStatus;
  /** `null` until it is paid. */
  readonly startsAt: Date | null;
  /** `null` until it is paid, and for good. */
  readonly expiresAt: Date | null;
  readonly subscription: string | null;
};

/** An offer that was bundled; of each piece of the order, and of all. */
export type OrderItem = Bought & {
  readonly order: string;
  readonly perPiece: { readonly quantity: number; readonly grants: readonly Money[] };
};

export type Order = Bought & {
  readonly id: string;
  readonly customer: string;
  /** The order it came with. */
  readonly parent: string | null;
  /** Of one piece. */
  readonly perPiece: { readonly price: Money; readonly grants: readonly Money[] };
  /** What the customer's own discount took off; the total is without it. */
  readonly discount: Money;
  readonly total: Money;
  /** What of the total has gone back. */
  readonly refunded: Money;
  /** Per unit, what was used of what is not paid for any more. */
  readonly outstanding: readonly Money[];
  /** The payer's bank calls the payment into question: what is left of its grants is set aside meanwhile. */
  readonly disputed: boolean;
  readonly country: string | null;
  /** Percent; it is no part of the total. */
  readonly taxRate: number | null;
  /** The number of the period of its subscription that it pays; `null` where it pays no period. */
  readonly period: number | null;
  /** How it was paid: `free`, `manual`, `wallet` or a gateway. */
  readonly method: string | null;
  /** What of the wallet has paid it, or is set aside to. */
  readonly wallet: Money | null;
  readonly items: readonly OrderItem[];
  /** Unpaid by then, it is canceled by itself. */
  readonly lapsesAt: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly paidAt: Date | null;
};

/** The order as it stands at the scope's now. */
export function orderOf(scope: Scope, { root, items }: OrderTree): Order {
  return {
    ...{ id: root.id, customer: root.customer, parent: root.parentId },
    ...boughtOf(scope, root),
    perPiece: {
      price: moneyOf(scope, root.currency, root.price),
      grants: amounts(scope, root, 1),
    },
    discount: discountOf(scope, root),
    total: moneyOf(scope, root.currency, root.total),
    refunded: moneyOf(scope, root.currency, root.refunded),
    outstanding: Object.entries(root.outstanding).map(([unit, amount]) =>
      moneyOf(scope, unit, amount),
    ),
    disputed: root.disputed,
    ...{ country: root.country, taxRate: root.taxRate, method: root.method, period: root.period },
    wallet: root.wallet && moneyOf(scope, root.wallet.unit, root.wallet.amount),
    items: items.map((item) => itemOf(scope, root, item)),
    ...{ lapsesAt: root.lapsesAt, createdAt: root.createdAt, updatedAt: root.updatedAt },
    paidAt: root.paidAt,
  };
}

/** What is between the price of all pieces and what they cost. */
export function discountOf(scope: Scope, { currency, price, quantity, total }: OrderRow): Money {
  return moneyOf(scope, currency, multiply(price, quantity) - total);
}

function itemOf(scope: Scope, root: OrderRow, item: OrderRow): OrderItem {
  const quantity = item.quantity / root.quantity;
  return {
    order: item.id,
    ...boughtOf(scope, item),
    perPiece: { quantity, grants: amounts(scope, item, quantity) },
  };
}

/** What every list of bought lines shows. */
export function boughtOf(scope: Scope, row: OrderRow): Bought {
  const { offer, plan, title, group, quantity, cycle, startsAt, expiresAt } = row;
  return {
    ...{ offer, plan, title, group, quantity, cycle },
    grants: amounts(scope, row, quantity),
    status: statusAt(row, scope.now),
    ...{ startsAt, expiresAt, subscription: row.subscriptionId },
  };
}

function amounts(scope: Scope, { grants }: OrderRow, quantity: number): Money[] {
  return Object.entries(grants).map(([unit, amount]) =>
    moneyOf(scope, unit, multiply(amount, quantity)),
  );
}

/** A stored answer back from JSON, with instants as `Date`. */
export function reviveOrder(answer: Order): Order {
  return {
    ...answer,
    ...windowOf(answer),
    items: answer.items.map((item) => ({ ...item, ...windowOf(item) })),
    lapsesAt: new Date(answer.lapsesAt),
    createdAt: new Date(answer.createdAt),
    updatedAt: new Date(answer.updatedAt),
    paidAt: answer.paidAt && new Date(answer.paidAt),
  };
}

function windowOf({ startsAt, expiresAt }: Bought): Pick<Bought, 'startsAt' | 'expiresAt'> {
  return {
    startsAt: startsAt && new Date(startsAt),
    expiresAt: expiresAt && new Date(expiresAt),
  };
}
