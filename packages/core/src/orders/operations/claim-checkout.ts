/**
 * The one open checkout of a customer and an offer: two of them could both be paid.
 *
 * A constraint says so of orders that a gateway is to be asked for. Whoever orders the same again, all of it equal, gets the first
 * back; anything else is refused and names the first, so that money that may be under way is never given up unasked.
 */
import type { CustomerRow } from '../../customers/index.ts';
import { type Scope, sql } from '../../kernel/index.ts';
import { CheckoutOpenError } from '../errors.ts';
import { findTree, type OrderRow, type OrderTree, selectOrders } from '../rows.ts';
import type { Line } from '../sale.ts';
import { statusAt } from '../status.ts';
import { storeCanceled } from './cancel-order.ts';
import type { InsertOrder } from './insert-order.ts';

/** Of what there may be one: an offer and a plan of one name are two things. */
type Sold = Pick<Line, 'offer' | 'offerVersionId'>;

/**
 * The unpaid order of the same, locked, whose customer is locked before; also one that has lapsed and is not stored so.
 * @returns `null` when there is none.
 */
export async function openCheckoutOf(
  scope: Scope,
  { id }: Pick<CustomerRow, 'id'>,
  { offer, offerVersionId }: Sold,
): Promise<OrderTree | null> {
  const [open] = await selectOrders(scope, {
    where: sql`bought.customer_id = ${id}::bigint and bought.offer = ${offer}::text
               and (bought.offer_version_id is null) = ${offerVersionId === null}::boolean
               and bought.at_gateway and bought.status in ('pending', 'refused', 'error')`,
    ...{ limit: 1, lock: true },
  });
  return open ? findTree(scope, open.id) : null;
}

/**
 * Makes sure that what is asked for is what the open order has frozen.
 * @returns The open order.
 * @throws {CheckoutOpenError} It is not: the open one stands.
 */
export function refuseOther(open: OrderTree, asked: Omit<InsertOrder, 'id'>): OrderTree {
  const { root, items } = open;
  const { sale, charge, input, customer } = asked;
  const lines = [sale.root, ...sale.items];
  const isSame =
    lines.length === items.length + 1 &&
    [root, ...items].every((row, index) => isLine(row, lines[index])) &&
    root.currency === charge.currency &&
    root.price === charge.price &&
    root.total === charge.total &&
    root.country === (input.country ?? null) &&
    root.taxRate === (input.taxRate ?? null) &&
    root.asksStart?.getTime() === input.startsAt?.getTime() &&
    root.timeZone === customer.timeZone;
  if (!isSame) throw new CheckoutOpenError(root);
  return open;
}

function isLine(row: OrderRow, line: Line | undefined): boolean {
  return (
    row.offer === line?.offer &&
    row.offerVersionId === line.offerVersionId &&
    row.planVersionId === line.planVersionId &&
    row.quantity === line.quantity &&
    row.cycle === line.cycle
  );
}

/**
 * Makes an unpaid order, locked after its customer, the one that a gateway is asked for.
 * @throws {CheckoutOpenError} The customer has another of the same open.
 */
export async function claimCheckout(scope: Scope, row: OrderRow): Promise<void> {
  if (row.atGateway) return;
  const open = await openCheckoutOf(scope, { id: row.customerId }, row);
  if (open && !isLapsed(scope, open)) throw new CheckoutOpenError(open.root);
  if (open) await storeLapsed(scope, open);
  await scope.run(sql`
    update bursar.orders set at_gateway = true where (tenant_id, id) = (${scope.tenant.id}::int, ${row.id}::text)`);
}

/** True where nobody paid in time: it is canceled, and need not be stored so yet. */
export function isLapsed(scope: Scope, { root }: OrderTree): boolean {
  return statusAt(root, scope.now) === 'canceled';
}

/** Stores that one has lapsed, so that it makes room for another. */
export async function storeLapsed(scope: Scope, tree: OrderTree): Promise<void> {
  await storeCanceled(scope, tree, { lapsed: true, message: 'not paid in time' });
}
