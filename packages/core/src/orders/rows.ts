/** Orders as code has them, and the one statement that reads them. */
import {
  document,
  flag,
  instant,
  instantOrNull,
  integer,
  integerOrNull,
  type Row,
  type Scope,
  type Statement,
  sql,
  text,
  textOrNull,
} from '../kernel/index.ts';
import type { OrderStatus } from './status.ts';

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

/** An order with what was bundled with it, in its places. */
export type OrderTree = { readonly root: OrderRow; readonly items: readonly OrderRow[] };

export type OrderSelection = {
  /** On `bought.*`. */
  readonly where: Statement;
  /** Newest first unless said. */
  readonly order?: Statement | undefined;
  readonly limit: number;
  readonly lock?: boolean | undefined;
};

/** Orders and bundled lines by any condition. */
export function selectOrders(
  scope: Scope,
  { where, order = sql`bought.created_at desc, bought.id desc`, limit, lock }: OrderSelection,
): Promise<OrderRow[]> {
  return scope.many(
    sql`
    select bought.id, bought.customer_id, bought.parent_id, bought.place, bought.offer, bought.offer_version_id,
           bought.plan_version_id, bought.title, bought.offer_group, bought.quantity, bought.currency,
           bought.price, bought.total, bought.country, bought.tax_rate, bought.cycle, bought.grants,
           bought.append, bought.not_before_start, bought.time_zone, bought.asks_start, bought.status,
           bought.at_gateway, bought.method, bought.starts_at, bought.expires_at, bought.subscription_id, bought.period,
           bought.lapses_at, bought.refunded, bought.refunding, bought.outstanding, bought.disputed,
           bought.paid_at, bought.due_at, bought.created_at, bought.updated_at, customer.external_id as customer, plan.key as plan
      from bursar.orders as bought
      join bursar.customers as customer on (customer.tenant_id, customer.id) = (bought.tenant_id, bought.customer_id)
      left join bursar.plan_versions as version on (version.tenant_id, version.id) = (bought.tenant_id, bought.plan_version_id)
      left join bursar.plans as plan on (plan.tenant_id, plan.id) = (version.tenant_id, version.plan_id)
     where bought.tenant_id = ${scope.tenant.id}::int and ${where}
     order by ${order}
     limit ${limit}::int
     ${lock ? sql`for no key update of bought` : sql``}`,
    readOrder,
  );
}

/** More items than a bundle may have. */
const linesMax = 100;

/** An order with its items; `null` when there is none such. A bundled line is a tree of its own. */
export async function findTree(
  scope: Scope,
  id: string,
  { lock }: { lock?: boolean | undefined } = {},
): Promise<OrderTree | null> {
  const [tree] = await findTrees(scope, [id], { lock });
  return tree ?? null;
}

/** As `findTree`, of many, in the order of their ids given. */
export async function findTrees(
  scope: Scope,
  ids: readonly string[],
  { lock }: { lock?: boolean | undefined } = {},
): Promise<OrderTree[]> {
  const named = sql`(select jsonb_array_elements_text(${JSON.stringify(ids)}::text::jsonb))`;
  const rows = await selectOrders(scope, {
    where: sql`(bought.id in ${named} or bought.parent_id in ${named})`,
    order: sql`coalesce(bought.parent_id, bought.id), bought.place`,
    ...{ limit: ids.length * linesMax, lock },
  });
  return ids.flatMap((id) => {
    const root = rows.find((row) => row.id === id);
    return root ? [{ root, items: rows.filter((row) => row.parentId === id) }] : [];
  });
}

function readOrder(row: Row): OrderRow {
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
