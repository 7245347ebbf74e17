/**
 * Taking back what an order was rewarded with, as far as its money went back: in the transaction of the refund.
 *
 * What is reversed by then counts, whoever reversed it: of an order of which a half went back, at least a half of the reward is
 * taken. So it does not matter how many refunds there were, nor what an operator took before.
 */
import { integer, json, type Scope, sql, text } from '../../kernel/index.ts';
import { lockEvent } from '../lock-event.ts';
import { reverseShare } from '../reverse-share.ts';

/** Orders by their ids: one with its items. */
export type OfOrders = { readonly orders: readonly string[] };

/** The whole, in basis points. */
const whole = 10_000;

/** Those who were rewarded for it, and give it back when it is refunded: who refunds locks them with the buyer. */
export function rewardedWithOrder(scope: Scope, of: OfOrders): Promise<number[]> {
  return scope.many(
    sql`
    select distinct reward.customer_id
      from bursar.reward_events as event
      join bursar.rewards as reward on (reward.tenant_id, reward.event_id) = (event.tenant_id, event.id)
     where ${isOf(scope, of)}`,
    (row) => integer(row.customer_id),
  );
}

/**
 * Reverses each event of these orders until `basisPoints` of it are reversed; one that is so far stays. Refuses nothing.
 * Needs an open transaction that holds the orders' locks.
 */
export async function reverseWithOrder(
  scope: Scope,
  { basisPoints, ...of }: OfOrders & { readonly basisPoints: number },
): Promise<void> {
  const events = await scope.many(
    sql`
    select event.id from bursar.reward_events as event
     where ${isOf(scope, of)} and event.status = 'processed' and event.reversed_basis_points < ${basisPoints}::int
     order by event.id`,
    (row) => text(row.id),
  );
  for (const id of events) {
    const locked = await lockEvent(scope, {
      ...{ where: sql`event.id = ${id}::text`, what: 'reward event', name: id },
    });
    const share = basisPoints - locked.event.reversedBasisPoints;
    if (share < 1) continue;
    // A whole has the event's own, so that who reverses it again is given this one.
    const externalId =
      basisPoints === whole ? locked.event.externalId : `${id}/refund/${basisPoints}`;
    await reverseShare(scope, locked, { share, externalId });
  }
}

function isOf(scope: Scope, { orders }: OfOrders) {
  return sql`event.tenant_id = ${scope.tenant.id}::int and event.subject_type = 'order'
       and event.subject_id in (select jsonb_array_elements_text(${json(orders)}::text::jsonb))
       and event.reverse_on_refund`;
}
