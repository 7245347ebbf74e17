/**
 * Taking the person out of its subscriptions: none goes on for somebody whom nobody can name any more, and the words that
 * were given with an end are emptied. Rows and periods stay.
 */
import { type Scope, sql } from '../../kernel/index.ts';
import { lockSubscriptions, rebalanced } from '../change.ts';
import { NON_PAYMENT } from '../payments.ts';
import { stateAt } from '../state.ts';
import { storeEnd } from '../store-end.ts';

/**
 * Ends every subscription of the customer at once, those to come too, and announces it. Takes the locks of any change.
 * @returns How many it ended.
 */
export async function eraseSubscriptions(scope: Scope, customer: string): Promise<number> {
  const locked = await lockSubscriptions(scope, customer);
  const going = locked.rows.filter((row) => !stateAt(row, scope.now).ended);
  const end = { endsAt: scope.now, reason: null, comment: null, atOnce: true };
  for (const row of going)
    await rebalanced(scope, { customer: locked.customer, items: row.items }, () =>
      storeEnd(scope, row, end),
    );
  await scope.run(sql`
    update bursar.subscriptions
       set cancel_reason = case when cancel_reason = ${NON_PAYMENT}::text then cancel_reason end, cancel_comment = null
     where (tenant_id, customer_id) = (${scope.tenant.id}::int, ${locked.customer.id}::bigint)
       and (cancel_reason is not null or cancel_comment is not null)`);
  return going.length;
}
