/** The chain of sponsors above a customer. */
import { integer, type Scope, sql } from '../kernel/index.ts';

/** Deeper than any tree of people; a bound, so that even a broken one ends. */
const FAR = 10_000;

/**
 * The sponsors of a customer by level: the first is its own, the second that one's.
 * @param levels How many at most; all unless said.
 */
export function sponsorsOf(scope: Scope, customerId: number, levels = FAR): Promise<number[]> {
  const tenant = scope.tenant.id;
  return scope.many(
    sql`
    with recursive chain as (
      select sponsor_id, 1 as level from bursar.referrals
       where (tenant_id, customer_id) = (${tenant}::int, ${customerId}::bigint)
      union all
      select above.sponsor_id, chain.level + 1
        from chain
        join bursar.referrals as above on (above.tenant_id, above.customer_id) = (${tenant}::int, chain.sponsor_id)
       where chain.level < ${levels}::int
    )
    select sponsor_id from chain order by level limit ${levels}::int`,
    (row) => integer(row.sponsor_id),
  );
}
