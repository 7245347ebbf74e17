/** Orders as code has them, and the one statement that reads them. */
import { type Scope, type Statement, sql } from '../kernel/index.ts';
import { type OrderRow, readOrder } from './order-row.ts';

export type { OrderRow } from './order-row.ts';

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
           bought.at_gateway, bought.method, bought.wallet_unit, bought.wallet_amount, bought.wallet_hold, bought.starts_at, bought.expires_at, bought.subscription_id, bought.period,
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
