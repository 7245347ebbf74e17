/** What an operator has taken of rewards already, apart from reversals: it is not taken again from what else somebody has. */
import { integer, json, type Scope, sql } from '../kernel/index.ts';
import type { RewardRow } from './reward-rows.ts';

/** By the id of the reward, of those of which something was: the grant was voided, or the credit reversed, after it began. */
export async function takenOtherwise(
  scope: Scope,
  { event, rewards }: { readonly event: string; readonly rewards: readonly RewardRow[] },
): Promise<ReadonlyMap<number, number>> {
  const brought = rewards.filter(({ grantId }) => grantId !== null);
  const asked = brought.map(({ id, grantId }) => ({ id, grant_id: grantId }));
  const taken = await scope.many(
    sql`
    select one.id, sum(0 - entry.amount) as amount
      from jsonb_to_recordset(${json(asked)}::text::jsonb) as one (id bigint, grant_id bigint)
      join bursar.grants as paid on (paid.tenant_id, paid.id) = (${scope.tenant.id}::int, one.grant_id) and paid.removed > 0
      join bursar.entries as entry
        on (entry.tenant_id, entry.balance_id, entry.grant_id) = (paid.tenant_id, paid.balance_id, paid.id)
     where entry.kind in ('void', 'reversal') and entry.amount < 0
       and not exists (select from bursar.reward_events as reversal
                        where (reversal.tenant_id, reversal.parent_id) = (${scope.tenant.id}::int, ${event}::text)
                          and (entry.reference_type, entry.reference_id) = ('reward_event', reversal.id))
     group by one.id`,
    (row) => [integer(row.id), integer(row.amount)] as const,
  );
  return new Map(taken);
}
