/** Reversing a share of a locked event: as an event of its own, with what was paid mirrored, and the news. */
import { announce } from '../events/index.ts';
import { at, newId, type Scope, sql } from '../kernel/index.ts';
import type { LockedEvent } from './lock-event.ts';
import type { EventRow } from './reward-rows.ts';
import { takeRewards } from './take-rewards.ts';

export type ReverseShare = {
  /** Basis points of the whole; at most what is left of it. */
  readonly share: number;
  /** Of the reversal; nobody else's. */
  readonly externalId: string;
};

/** Takes the share and announces `reward_event.reversed`. @returns The reversal's id. */
export async function reverseShare(
  scope: Scope,
  { event: parent, ...locked }: LockedEvent,
  { share, externalId }: ReverseShare,
): Promise<string> {
  const reversal = await insertReversal(scope, parent, { share, externalId });
  const outstanding = await takeRewards(scope, { parent, reversal, share, ...locked });
  await announce(scope, {
    ...{ type: 'reward_event.reversed', customer: parent.customer },
    subject: { type: 'reward_event', id: parent.event },
    data: {
      ...{ event: parent.event, reversal, trigger: parent.trigger, basisPoints: share },
      ...{ externalId: parent.externalId, unit: parent.unit, outstanding },
    },
  });
  return reversal;
}

async function insertReversal(
  scope: Scope,
  parent: EventRow,
  { share, externalId }: ReverseShare,
): Promise<string> {
  const id = newId('rev');
  const tenant = scope.tenant.id;
  await scope.run(sql`
    with reversal as (
      insert into bursar.reward_events (tenant_id, id, alias, external_id, customer_id, status, base_amount, base_unit, rate, unit, clawback,
                                        parent_id, reversed_basis_points, created_at)
      select tenant_id, ${id}::text, alias || '.reversal', ${externalId}::text, customer_id, 'processed', base_amount, base_unit,
             rate, unit, clawback, id, ${share}::int, ${at(scope.now)}::text::timestamptz
        from bursar.reward_events where (tenant_id, id) = (${tenant}::int, ${parent.event}::text)
    )
    update bursar.reward_events set reversed_basis_points = reversed_basis_points + ${share}::int
     where (tenant_id, id) = (${tenant}::int, ${parent.event}::text)`);
  return id;
}
