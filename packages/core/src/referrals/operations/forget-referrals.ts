/** Taking an erased person out of the tree: it invites nobody any more, and nobody is said to have come by it. */
import { type Scope, sql } from '../../kernel/index.ts';

/** Removes the code and its clicks, what waits to be rewarded was fired with, the sponsor, and the customer as a sponsor. Needs the customer's lock. Rewards stay in the books. */
export async function forgetReferrals(scope: Scope, customerId: number): Promise<void> {
  const tenant = scope.tenant.id;
  await scope.run(sql`
    with code as (
      delete from bursar.referral_codes where (tenant_id, customer_id) = (${tenant}::int, ${customerId}::bigint)
    ), clicks as (
      delete from bursar.referral_clicks where (tenant_id, customer_id) = (${tenant}::int, ${customerId}::bigint)
    ), kept as (
      update bursar.reward_events set asked = asked - 'payload', last_error = null
       where (tenant_id, customer_id) = (${tenant}::int, ${customerId}::bigint)
         and (asked is not null or last_error is not null)
    )
    delete from bursar.referrals
     where tenant_id = ${tenant}::int and ${customerId}::bigint in (customer_id, sponsor_id)`);
}
