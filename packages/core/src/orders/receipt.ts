/**
 * What a receipt says: what was bought, what it cost, how it was paid and what was credited, as it was when the order was paid.
 *
 * Whole sums are kept, with their scales and as text, so that no later change of the catalogue is seen in them. Who bought and
 * in which country stands on the order, where it can be erased.
 */
import { type Money, moneyOf } from '../catalog/index.ts';
import { add, type Scope } from '../kernel/index.ts';
import { boughtOf, discountOf } from './order.ts';
import type { OrderRow, OrderTree } from './rows.ts';

/** One bought line: the order itself, or an offer that was bundled with it and costs nothing further. */
export type ReceiptLine = {
  readonly order: string;
  /** The offer's key, or the plan's where the plan itself was ordered. */
  readonly offer: string;
  readonly plan: string | null;
  readonly title: string | null;
  readonly group: string | null;
  readonly quantity: number;
  /** Of one piece. */
  readonly price: Money;
  readonly total: Money;
  /** What was credited for it, per unit. */
  readonly credited: readonly Money[];
  /** ISO 8601; `null` is once. */
  readonly cycle: string | null;
  readonly startsAt: Date | null;
  /** `null`: never. */
  readonly expiresAt: Date | null;
  readonly subscription: string | null;
};

/** One means that was used to pay. */
export type ReceiptPayment = {
  /** `manual`, `wallet` or a gateway. */
  readonly method: string;
  readonly sum: Money;
};

/** What is stored, and is never changed. */
export type ReceiptDocument = {
  readonly currency: string;
  /** What the customer's own discount took off; the total is without it. */
  readonly discount: Money;
  readonly total: Money;
  /** Percent; it is no part of the total. */
  readonly taxRate: number | null;
  /** The number of the period of its subscription that was paid; `null` where none was. */
  readonly period: number | null;
  /** What was used to pay; empty where there was nothing to pay. */
  readonly paid: readonly ReceiptPayment[];
  /** Of all lines, per unit. */
  readonly credited: readonly Money[];
  /** The order itself first. */
  readonly lines: readonly ReceiptLine[];
};

export type Receipt = ReceiptDocument & {
  /** From 1, without gaps, within the tenant. */
  readonly number: number;
  readonly order: string;
  /** Whoever was erased stands here under a pseudonym. */
  readonly customer: string;
  /** `null` where none was given, and once the customer is erased. */
  readonly country: string | null;
  readonly issuedAt: Date;
};

/** What the receipt of a paid order says. */
export function documentOf(scope: Scope, { root, items }: OrderTree): ReceiptDocument {
  const { currency, taxRate, period, method, wallet } = root;
  const lines = [root, ...items].map((row) => lineOf(scope, row));
  const total = moneyOf(scope, currency, root.total);
  const paid = wallet ? moneyOf(scope, wallet.unit, wallet.amount) : total;
  return {
    ...{ currency, discount: discountOf(scope, root), total, taxRate, period },
    paid: root.total === 0 || method === null ? [] : [{ method, sum: paid }],
    credited: sumsOf(scope, lines),
    lines,
  };
}

function lineOf(scope: Scope, row: OrderRow): ReceiptLine {
  const { grants, status: _status, ...bought } = boughtOf(scope, row);
  return {
    ...{ order: row.id, ...bought, credited: grants },
    price: moneyOf(scope, row.currency, row.price),
    total: moneyOf(scope, row.currency, row.total),
  };
}

function sumsOf(scope: Scope, lines: readonly ReceiptLine[]): Money[] {
  const sums = new Map<string, number>();
  for (const { unit, amount } of lines.flatMap(({ credited }) => credited))
    sums.set(unit, add(sums.get(unit) ?? 0, amount));
  return [...sums].map(([unit, amount]) => moneyOf(scope, unit, amount));
}

/** A stored document back from JSON, with instants as `Date`. */
export function reviveDocument(stored: ReceiptDocument): ReceiptDocument {
  const lines = stored.lines.map((line) => ({
    ...line,
    startsAt: line.startsAt && new Date(line.startsAt),
    expiresAt: line.expiresAt && new Date(line.expiresAt),
  }));
  return { ...stored, lines };
}
