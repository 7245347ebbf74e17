/** An order under all the locks that a refund of it needs, with the lots that it granted. */
import { type CustomerRow, lockKnownCustomer } from '../customers/index.ts';
import { multiply, type Scope } from '../kernel/index.ts';
import { type Lot, readLots } from '../ledger/index.ts';
import { grantsOf, lockOrder, type OrderRow, type OrderTree } from '../orders/index.ts';
import type { GrantedLot } from './measure.ts';

export type OrderLot = GrantedLot & Pick<Lot, 'waits' | 'effectiveAt' | 'expiresAt'>;

/** What a refund works on. */
export type Standing = {
  readonly tree: OrderTree;
  readonly customer: CustomerRow;
  readonly lots: readonly OrderLot[];
};

/**
 * Locks the customer, the order with its items, and the balances they granted to, in this order.
 * @param units Further balances that will be written to.
 * @throws {NotFoundError} There is no such order, or it is a bundled line.
 */
export async function standingOf(
  scope: Scope,
  order: string,
  units: (tree: OrderTree) => readonly string[] = () => [],
): Promise<Standing> {
  const tree = await lockOrder(scope, order);
  const customer = await lockKnownCustomer(scope, { id: tree.root.customerId, mode: 'update' });
  return { tree, customer, lots: await lotsOfOrder(scope, { tree, customer }, units(tree)) };
}

/** As the lots are now; their balances are locked. */
export async function lotsOfOrder(
  scope: Scope,
  { tree: { root, items }, customer }: Omit<Standing, 'lots'>,
  units: readonly string[] = [],
): Promise<OrderLot[]> {
  const rows = [root, ...items];
  const grants = await grantsOf(scope, customer.id, rows);
  const wanted = rows.flatMap((row) =>
    unitsOf(row).flatMap(([unit, granted]) => {
      const grantId = grants.get(`${row.id}/${unit}`);
      return grantId === undefined ? [] : [{ order: row.id, unit, grantId, granted }];
    }),
  );
  const lots = await readLots(scope, { customer, lots: wanted, units });
  return wanted.flatMap((line) => {
    const lot = lots.find(({ unit, grantId }) => unit === line.unit && grantId === line.grantId);
    if (!lot) return [];
    const { free, used, waits, effectiveAt, expiresAt } = lot;
    return [{ ...line, free, used, waits, effectiveAt, expiresAt }];
  });
}

function unitsOf({ grants, quantity }: OrderRow): [string, number][] {
  return Object.entries(grants).map(([unit, amount]) => [unit, multiply(amount, quantity)]);
}
