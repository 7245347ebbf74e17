/** What becomes of a person's orders when it is erased: those that are open are given up, and where it lives is forgotten. */
import { type Scope, sql } from '../../kernel/index.ts';
import { findTrees, selectOrders } from '../rows.ts';
import { isOpen } from '../status.ts';
import { storeCanceled } from './cancel-order.ts';

/** More open orders than anybody has at once; lapsed ones are stored by the worker. */
const openMax = 1_000;

/** Cancels what is open and empties the country. What was bought stays in the books. The customer is locked. */
export async function eraseOrders(scope: Scope, customerId: number): Promise<void> {
  const open = await selectOrders(scope, {
    where: sql`bought.customer_id = ${customerId}::bigint and bought.parent_id is null
      and bought.status in ('pending', 'refused', 'error')`,
    limit: openMax,
    lock: true,
  });
  const trees = await findTrees(
    scope,
    open.map(({ id }) => id),
  );
  for (const tree of trees)
    if (isOpen(tree.root.status)) await storeCanceled(scope, tree, { lapsed: false });
  await scope.run(sql`
    update bursar.orders set country = null
     where (tenant_id, customer_id) = (${scope.tenant.id}::int, ${customerId}::bigint) and country is not null`);
}
