/** One order by its id. */
import { NotFoundError, type Scope } from '../../kernel/index.ts';
import { type Order, orderOf } from '../order.ts';
import { findTree } from '../rows.ts';

export type GetOrder = {
  readonly order: string;
  /** Given, another customer's order is not found. */
  readonly customer?: string | undefined;
};

/**
 * The order as it stands now; a bundled line is one, too. Writes nothing.
 * @throws {NotFoundError} There is none of this id, or it is another customer's.
 */
export async function getOrder(scope: Scope, { order, customer }: GetOrder): Promise<Order> {
  const found = await findTree(scope, order);
  if (!found || (customer !== undefined && found.root.customer !== customer))
    throw new NotFoundError('order', order);
  return orderOf(scope, found);
}
