/** Taking back a share of what an event paid, and keeping it mirrored: what could not be taken is outstanding. */
import type { CustomerRow } from '../customers/index.ts';
import { at, integer, json, type Scope, sql } from '../kernel/index.ts';
import { type Clawed, clawBack } from '../ledger/index.ts';
import type { EventRow, RewardRow } from './reward-rows.ts';
import { partOf } from './shares.ts';
import { takenOtherwise } from './taken-otherwise.ts';

export type TakeRewards = {
  /** As it was before this reversal. Its row is locked. */
  readonly parent: EventRow;
  readonly reversal: string;
  /** Basis points of the whole. */
  readonly share: number;
  readonly rewards: readonly RewardRow[];
  /** Those whose rows are locked; of others nothing can be taken. */
  readonly byId: ReadonlyMap<number, CustomerRow>;
};

/** @returns What could not be taken, of all together. */
export async function takeRewards(scope: Scope, take: TakeRewards): Promise<number> {
  const { parent, reversal, byId } = take;
  const due = await dueOf(scope, take);
  const reachable = due.filter(({ reward, toTake }) => toTake > 0 && byId.has(reward.customerId));
  const clawed = await clawBack(scope, {
    ...{ unit: parent.unit ?? '', policy: parent.clawback ?? 'strict' },
    reference: { type: 'reward_event', id: reversal },
    lines: reachable.map(({ reward, toTake }) => ({
      customer: byId.get(reward.customerId) as CustomerRow,
      ...{
        grantId: reward.grantId,
        amount: toTake,
        rest: `${reversal}/${reward.kind}/${reward.level}`,
      },
    })),
  });
  const taken = new Map<number, Clawed>();
  for (const [index, one] of clawed.entries())
    taken.set(reachable[index]?.reward.id as number, one);
  const rows = due.map(({ reward, amount, toTake }) => ({
    ...{ customer_id: reward.customerId, kind: reward.kind, level: reward.level },
    ...{ amount: 0 - amount, outstanding: toTake - (taken.get(reward.id)?.taken ?? 0) },
  }));
  await keepMirrored(scope, reversal, rows);
  await keepGrants(scope, taken);
  return rows.reduce((sum, { outstanding }) => sum + outstanding, 0);
}

type Due = {
  readonly reward: RewardRow;
  readonly amount: number;
  /** Of the amount: the rest an operator has taken already. */
  readonly toTake: number;
};

/**
 * Each share is rounded as a part of all that is reversed by then, so that the shares add up to the whole. What was taken otherwise
 * counts for the last of it.
 */
async function dueOf(scope: Scope, { parent, share, rewards }: TakeRewards): Promise<Due[]> {
  const before = await scope.many(
    sql`
    select reward.customer_id, reward.level, sum(0 - reward.amount) as amount
      from bursar.reward_events as event
      join bursar.rewards as reward on (reward.tenant_id, reward.event_id) = (event.tenant_id, event.id)
     where (event.tenant_id, event.parent_id) = (${scope.tenant.id}::int, ${parent.event}::text)
     group by reward.customer_id, reward.level`,
    (row) => [`${integer(row.customer_id)}/${integer(row.level)}`, integer(row.amount)] as const,
  );
  const taken = new Map(before);
  const points = parent.reversedBasisPoints + share;
  const otherwise = await takenOtherwise(scope, { event: parent.event, rewards });
  return rewards
    .map((reward) => {
      const due = partOf(reward.amount, points);
      const earlier = taken.get(`${reward.customerId}/${reward.level}`) ?? 0;
      const most = Math.max(0, reward.amount - (otherwise.get(reward.id) ?? 0));
      const toTake = Math.max(0, Math.min(due, most) - Math.min(earlier, most));
      return { reward, amount: due - earlier, toTake };
    })
    .filter(({ amount }) => amount > 0);
}

function keepMirrored(scope: Scope, event: string, rows: readonly object[]): Promise<void> {
  return scope.run(sql`
    insert into bursar.rewards (tenant_id, event_id, customer_id, kind, level, amount, outstanding, created_at)
    select ${scope.tenant.id}::int, ${event}::text, customer_id, kind, level, amount, outstanding,
           ${at(scope.now)}::text::timestamptz
      from jsonb_populate_recordset(null::bursar.rewards, ${json(rows)}::text::jsonb)`);
}

/** Where a smaller grant waits on, that one is the reward's. */
function keepGrants(scope: Scope, taken: ReadonlyMap<number, Clawed>): Promise<void> {
  const moved = [...taken]
    .filter(([, { grantId }]) => grantId !== null)
    .map(([id, { grantId }]) => ({ id, grant_id: grantId }));
  return scope.run(sql`
    update bursar.rewards as reward set grant_id = one.grant_id
      from jsonb_to_recordset(${json(moved)}::text::jsonb) as one (id bigint, grant_id bigint)
     where (reward.tenant_id, reward.id) = (${scope.tenant.id}::int, one.id) and reward.grant_id <> one.grant_id`);
}
