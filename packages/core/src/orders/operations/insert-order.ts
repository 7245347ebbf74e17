/** Writing an order down, with a row for each offer that comes with it. */
import type { CustomerRow } from '../../customers/index.ts';
import { addDuration, at, json, newId, type Scope, sql } from '../../kernel/index.ts';
import { getSetting } from '../../settings/index.ts';
import { findTree, type OrderTree } from '../rows.ts';
import type { Line, Sale } from '../sale.ts';

/** What one piece costs, and all of them. */
export type Charge = { readonly currency: string; readonly price: number; readonly total: number };

export type InsertOrder = {
  readonly id: string;
  readonly customer: CustomerRow;
  readonly sale: Sale;
  readonly charge: Charge;
  /** A gateway is to be asked for it. */
  readonly atGateway?: boolean | undefined;
  readonly input: {
    readonly country?: string | undefined;
    readonly taxRate?: number | undefined;
    readonly startsAt?: Date | undefined;
    readonly capture?: boolean | undefined;
  };
};

/** Writes the order, pending until it is paid, canceled or lapsed. */
export async function insertOrder(
  scope: Scope,
  { id, customer, sale, input, charge, atGateway = false }: InsertOrder,
): Promise<OrderTree> {
  const ttl = String(await getSetting(scope, 'orders.pendingTtl'));
  const lapsesAt = at(addDuration(scope.now, ttl, 1, 'UTC'));
  const now = at(scope.now);
  const rows = [sale.root, ...sale.items].map((line) => rowOf(line, id, charge));
  await scope.run(sql`
    insert into bursar.orders
      (tenant_id, id, customer_id, parent_id, place, offer, offer_version_id, plan_version_id, title, offer_group,
       quantity, currency, price, total, country, tax_rate, cycle, grants, append, not_before_start, time_zone,
       asks_start, at_gateway, lapses_at, due_at, created_at, updated_at)
    select ${scope.tenant.id}::int, line.id, ${customer.id}::bigint, line."parentId", line.place, line.offer,
           line."offerVersionId", line."planVersionId", line.title, line."group", line.quantity,
           ${charge.currency}::text, line.price, line.total, ${input.country ?? null}::text,
           ${input.taxRate === undefined ? null : String(input.taxRate)}::text::numeric, line.cycle, line.grants,
           line.append, line."notBeforeStart", ${customer.timeZone}::text,
           case when line.place = 0 then ${at(input.startsAt ?? null)}::text::timestamptz end,
           line.place = 0 and ${atGateway}::boolean, ${lapsesAt}::text::timestamptz,
           case when line.place = 0 then ${lapsesAt}::text::timestamptz else 'infinity' end, ${now}::text::timestamptz,
           ${now}::text::timestamptz
      from jsonb_to_recordset(${json(rows)}::text::jsonb)
        as line (id text, "parentId" text, place smallint, offer text, "offerVersionId" int, "planVersionId" int,
                 title text, "group" text, quantity bigint, price bigint, total bigint, cycle text, grants jsonb,
                 append boolean, "notBeforeStart" boolean)`);
  const placed = await findTree(scope, id);
  if (!placed) throw new Error(`Order ${id} was written but cannot be read.`);
  return placed;
}

/** Items cost nothing further, in the currency of their order. */
function rowOf(line: Line, id: string, { price, total }: Charge) {
  return line.place === 0
    ? { ...line, id, parentId: null, price, total }
    : { ...line, id: newId('ord'), parentId: id, price: 0, total: 0 };
}
