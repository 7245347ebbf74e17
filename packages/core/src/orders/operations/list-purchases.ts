/** What a customer bought, line by line: bundled offers too, each with its own time. */
import { type Money, moneyOf } from '../../catalog/index.ts';
import { findCustomer } from '../../customers/index.ts';
import {
  at,
  CursorError,
  checkLimit,
  decodeCursor,
  type Page,
  type Position,
  pageOf,
  type Scope,
  type Statement,
  sql,
} from '../../kernel/index.ts';
import { type Bought, boughtOf } from '../order.ts';
import { type OrderRow, selectOrders } from '../rows.ts';

export type ListPurchases = {
  readonly customer: string;
  readonly group?: string | undefined;
  /** With `active`: whether it is bought already, and as what. */
  readonly offer?: string | undefined;
  /** Only what is paid and has not expired. */
  readonly active?: boolean | undefined;
  /** 1 to 100; 20 unless said. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
};

/** One bought line. Of a bundle those that came with it stand before the order itself. */
export type Purchase = Bought & {
  readonly order: string;
  /** The order it came with. */
  readonly parent: string | null;
  readonly total: Money;
};

const list = 'purchases';
/** The order itself comes after all of its items. */
const last = 1_000;

/**
 * One page, the newest order first. Writes nothing; nobody has an empty list.
 * @throws {CursorError} The cursor is not of this list.
 */
export async function listPurchases(scope: Scope, input: ListPurchases): Promise<Page<Purchase>> {
  const limit = checkLimit(input.limit);
  const after = decodeCursor(list, input.cursor);
  const customer = await findCustomer(scope, input.customer);
  if (!customer) return { items: [], next: null };
  const { group, offer, active } = input;
  const rows = await selectOrders(scope, {
    where: sql`bought.customer_id = ${customer.id}::bigint
      and (${group ?? null}::text is null or bought.offer_group = ${group ?? null}::text)
      and (${offer ?? null}::text is null or bought.offer = ${offer ?? null}::text)
      and (${!active}::boolean or (bought.status in ('paid', 'partly_refunded')
           and coalesce(bought.expires_at, 'infinity') > ${at(scope.now)}::text::timestamptz))
      and ${following(after)}`,
    order: sql`bought.created_at desc, ${treeOf} desc, ${placeOf}`,
    limit: limit + 1,
  });
  const page = pageOf(list, rows, limit, positionOf);
  return { items: page.items.map((row) => purchaseOf(scope, row)), next: page.next };
}

function purchaseOf(scope: Scope, row: OrderRow): Purchase {
  const total = moneyOf(scope, row.currency, row.total);
  return { order: row.id, parent: row.parentId, ...boughtOf(scope, row), total };
}

const treeOf = sql`coalesce(bought.parent_id, bought.id)`;
const placeOf = sql`case bought.place when 0 then ${last}::int else bought.place end`;

function positionOf(row: OrderRow): Position {
  return [row.createdAt.toISOString(), row.parentId ?? row.id, row.place || last];
}

function following(position: Position | null): Statement {
  if (position === null) return sql`true`;
  const [createdAt, tree, place] = position;
  const instant = new Date(String(createdAt));
  const isPlace = typeof tree === 'string' && typeof place === 'number';
  if (Number.isNaN(instant.getTime()) || !isPlace) throw new CursorError(list);
  const moment = sql`${at(instant)}::text::timestamptz`;
  return sql`
    ((bought.created_at, ${treeOf}) < (${moment}, ${tree}::text)
     or ((bought.created_at, ${treeOf}) = (${moment}, ${tree}::text) and ${placeOf} > ${place}::int))`;
}
