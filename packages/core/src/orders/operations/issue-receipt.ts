/** Writing the receipt of an order that has just been paid, under the tenant's next number. */
import { at, json, type Scope, sql } from '../../kernel/index.ts';
import { documentOf } from '../receipt.ts';
import type { OrderTree } from '../rows.ts';

/**
 * Takes the number and writes the receipt, in the transaction that pays the order: rolled back, the number is the next one's.
 *
 * The counter stays locked until that transaction ends, and all who pay in the tenant wait for it: this is the last thing to do.
 */
export async function issueReceipt(scope: Scope, tree: OrderTree): Promise<void> {
  await scope.run(sql`
    with counter as (
      insert into bursar.receipt_counters as counter (tenant_id, last) values (${scope.tenant.id}::int, 1)
      on conflict (tenant_id) do update set last = counter.last + 1
      returning last
    )
    insert into bursar.receipts (tenant_id, number, order_id, issued_at, document)
    select ${scope.tenant.id}::int, counter.last, ${tree.root.id}::text, ${at(scope.now)}::text::timestamptz,
           ${json(documentOf(scope, tree))}::text::jsonb
      from counter`);
}
