/** Rewards as they are stored and as hosts see them, alone and with their event. */
import {
  instant,
  instantOrNull,
  integer,
  integerOrNull,
  type Scope,
  type Statement,
  sql,
  text,
} from '../kernel/index.ts';
import { type EventRow, eventOf, type RewardEvent } from './event-rows.ts';

export {
  type EventRow,
  eventOf,
  isOutstanding,
  type RewardEvent,
  selectEvents,
} from './event-rows.ts';

export type Reward = {
  readonly customer: string;
  readonly kind: 'actor' | 'upline';
  /** 1 for the sponsor; 0 for the actor. */
  readonly level: number;
  /** In the unit's minor unit; below 0 where it was taken back. */
  readonly amount: number;
  readonly unit: string;
  /** Of what was taken back: what was not there, and is still asked for. */
  readonly outstanding: number;
  /** Of what was taken back: what an operator has stopped asking for. */
  readonly writtenOff: number;
  /** Null: it counts at once. */
  readonly maturesAt: Date | null;
};

/** A reward with its row's number and its event. */
export type RewardRow = Reward & {
  readonly id: number;
  readonly event: string;
  readonly trigger: string;
  readonly customerId: number;
  readonly grantId: number | null;
  readonly createdAt: Date;
};

/** Rewards that meet a condition on `reward` and `event`, in the order of `order`. */
export function selectRewards(
  scope: Scope,
  { where, limit, order }: { where: Statement; limit: number; order: Statement },
): Promise<RewardRow[]> {
  return scope.many(
    sql`
    select reward.id, reward.event_id, event.alias, event.unit, reward.customer_id, customer.external_id as customer, reward.kind,
           reward.level, reward.amount, reward.outstanding, reward.written_off, reward.grant_id, reward.matures_at,
           reward.created_at
      from bursar.rewards as reward
      join bursar.reward_events as event on (event.tenant_id, event.id) = (reward.tenant_id, reward.event_id)
      join bursar.customers as customer on (customer.tenant_id, customer.id) = (reward.tenant_id, reward.customer_id)
     where reward.tenant_id = ${scope.tenant.id}::int and ${where}
     order by ${order}
     limit ${limit}::int`,
    (row) => ({
      id: integer(row.id),
      event: text(row.event_id),
      trigger: text(row.alias),
      unit: text(row.unit),
      customerId: integer(row.customer_id),
      customer: text(row.customer),
      kind: text(row.kind) as Reward['kind'],
      level: integer(row.level),
      amount: integer(row.amount),
      outstanding: integer(row.outstanding),
      writtenOff: integer(row.written_off),
      grantId: integerOrNull(row.grant_id),
      maturesAt: instantOrNull(row.matures_at),
      createdAt: instant(row.created_at),
    }),
  );
}

/** Those of one event, the actor's first. An event has at most eleven. */
export function rewardsOf(scope: Scope, event: string): Promise<RewardRow[]> {
  return selectRewards(scope, {
    where: sql`reward.event_id = ${event}::text`,
    order: sql`reward.level, reward.id`,
    limit: 100,
  });
}

/** As hosts see an event with its rewards. */
export async function shownEvent(
  scope: Scope,
  event: EventRow,
): Promise<RewardEvent & { readonly rewards: readonly Reward[] }> {
  return { ...eventOf(event), rewards: (await rewardsOf(scope, event.event)).map(rewardOf) };
}

/** As hosts see a reward. */
export function rewardOf({ customer, kind, level, amount, unit, ...row }: RewardRow): Reward {
  const { outstanding, writtenOff, maturesAt } = row;
  return { customer, kind, level, amount, unit, outstanding, writtenOff, maturesAt };
}
