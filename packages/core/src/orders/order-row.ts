/** An order as code has it, read from its row. */
import {
  document,
  flag,
  instant,
  instantOrNull,
  integer,
  integerOrNull,
  type Row,
  text,
  textOrNull,
} from '../kernel/index.ts';
import type { OrderStatus } from './status.ts';

/** What of a wallet pays an order. */
export type WalletShare = {
  readonly unit: string;
  readonly amount: number;
  /** `null` once it is captured. */
  readonly hold: string | null;
};

/** One bought line: an order, or an offer that was bundled with it. */
export type OrderRow = {
  readonly id: string;
  readonly customerId: number;
  /** The host's id. */
  readonly customer: string;
  /** The order it came with. */
  readonly parentId: string | null;
  /** From 1 within its bundle; 0 for an order of its own. */
  readonly place: number;
  /** Key of the offer, or of the plan where `offerVersionId` is null. */
  readonly offer: string;
  readonly offerVersionId: number | null;
  readonly plan: string | null;
  readonly planVersionId: number | null;
  readonly title: string | null;
  readonly group: string | null;
  readonly quantity: number;
  readonly currency: string;
  /** Of one piece. */
  readonly price: number;
  readonly total: number;
  readonly country: string | null;
  readonly taxRate: number | null;
  /** ISO 8601; `null` is once. */
  readonly cycle: string | null;
  /** Of one piece, per unit. */
  readonly grants: Readonly<Record<string, number>>;
  readonly append: boolean;
  readonly notBeforeStart: boolean;
  readonly timeZone: string;
  readonly asksStart: Date | null;
  /** As it is stored: what it is by now, `statusAt` says. */
  readonly status: OrderStatus;
  /** A gateway is asked for it. */
  readonly atGateway: boolean;
  readonly method: string | null;
  /** What of the wallet pays it; `hold` sets it aside until then. */
  readonly wallet: WalletShare | null;
  readonly startsAt: Date | null;
  readonly expiresAt: Date | null;
  /** What it began or changed once it was paid; of an open one what it is owed for. */
  readonly subscriptionId: string | null;
  /** Number of the period of it that is owed for. */
  readonly period: number | null;
  readonly lapsesAt: Date;
  readonly paidAt: Date | null;
  readonly refunded: number;
  /** On its way back. */
  readonly refunding: number;
  /** By unit. */
  readonly outstanding: Readonly<Record<string, number>>;
  readonly disputed: boolean;
  readonly dueAt: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

/** A row of `selectOrders`. */
export function readOrder(row: Row): OrderRow {
  return {
    id: text(row.id),
    customerId: integer(row.customer_id),
    customer: text(row.customer),
    parentId: textOrNull(row.parent_id),
    place: integer(row.place),
    offer: text(row.offer),
    offerVersionId: integerOrNull(row.offer_version_id),
    plan: textOrNull(row.plan),
    planVersionId: integerOrNull(row.plan_version_id),
    title: textOrNull(row.title),
    group: textOrNull(row.offer_group),
    quantity: integer(row.quantity),
    currency: text(row.currency),
    price: integer(row.price),
    total: integer(row.total),
    country: textOrNull(row.country),
    taxRate: row.tax_rate === null ? null : Number(text(row.tax_rate)),
    cycle: textOrNull(row.cycle),
    grants: document<Record<string, number>>(row.grants),
    append: flag(row.append),
    notBeforeStart: flag(row.not_before_start),
    timeZone: text(row.time_zone),
    asksStart: instantOrNull(row.asks_start),
    status: text(row.status) as OrderStatus,
    atGateway: flag(row.at_gateway),
    method: textOrNull(row.method),
    wallet: readWallet(row),
    startsAt: instantOrNull(row.starts_at),
    expiresAt: instantOrNull(row.expires_at),
    subscriptionId: textOrNull(row.subscription_id),
    period: integerOrNull(row.period),
    lapsesAt: instant(row.lapses_at),
    paidAt: instantOrNull(row.paid_at),
    refunded: integer(row.refunded),
    refunding: integer(row.refunding),
    outstanding: document<Record<string, number>>(row.outstanding),
    disputed: flag(row.disputed),
    dueAt: instant(row.due_at),
    createdAt: instant(row.created_at),
    updatedAt: instant(row.updated_at),
  };
}

function readWallet(row: Row): WalletShare | null {
  const unit = textOrNull(row.wallet_unit);
  if (unit === null) return null;
  return { unit, amount: integer(row.wallet_amount), hold: textOrNull(row.wallet_hold) };
}
