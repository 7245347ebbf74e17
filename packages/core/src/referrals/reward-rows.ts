/** Events and rewards as they are stored and as hosts see them. */
import {
  instant,
  instantOrNull,
  integer,
  integerOrNull,
  type Row,
  type Scope,
  type Statement,
  sql,
  text,
  textOrNull,
} from '../kernel/index.ts';
import type { Subject } from './subjects.ts';
import type { Worth } from './triggers.ts';

export type RewardEvent = {
  readonly event: string;
  /** The trigger's alias; of a reversal with `.reversal`. */
  readonly trigger: string;
  readonly externalId: string;
  /** What it happened to, where that was said; of a reversal none. */
  readonly subject: Subject | null;
  /** Who did it. */
  readonly customer: string;
  /** `partly_reversed`: of what was taken back something is still outstanding; of a reversal, of its own. */
  readonly status: 'processed' | 'skipped' | 'partly_reversed';
  /** What percentages are of. */
  readonly base: Worth | null;
  /** Of a reversal: the event it reverses. */
  readonly reverses: string | null;
  /** How much of it is reversed by now, of 10,000; of a reversal: how much it reversed. */
  readonly reversedBasisPoints: number;
  /** Of all that was taken back of it: what was not there, and is still asked for. */
  readonly outstanding: number;
  readonly createdAt: Date;
};

/** As stored: with what a reversal needs. */
export type EventRow = Omit<RewardEvent, 'status'> & {
  readonly status: 'processed' | 'skipped';
  readonly unit: string | null;
  readonly clawback: 'strict' | 'allow_debt' | null;
};

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

/** The ids of what reverses `event`. */
const reversalsOf: Statement = sql`
  select reversal.id from bursar.reward_events as reversal
   where (reversal.tenant_id, reversal.parent_id) = (event.tenant_id, event.id)`;

/** A condition on `event`: something of it is outstanding. */
export const isOutstanding: Statement = sql`
  exists (
    select from bursar.rewards as owed
     where owed.tenant_id = event.tenant_id and owed.outstanding > 0
       and owed.event_id in (select event.id union all ${reversalsOf}))`;

/** Events that meet a condition on `event` (their row) and `customer`, newest first. */
export function selectEvents(
  scope: Scope,
  { where, limit }: { where: Statement; limit: number },
): Promise<EventRow[]> {
  return scope.many(
    sql`
    select event.id, event.alias, event.external_id, event.subject_type, event.subject_id, customer.external_id as customer,
           event.status, event.base_amount, event.base_unit, event.unit, event.clawback, event.parent_id, event.reversed_basis_points, event.created_at,
           (select coalesce(sum(reward.outstanding), 0)
              from bursar.rewards as reward
             where reward.tenant_id = event.tenant_id and reward.event_id in (
               select event.id union all ${reversalsOf})) as outstanding
      from bursar.reward_events as event
      join bursar.customers as customer on (customer.tenant_id, customer.id) = (event.tenant_id, event.customer_id)
     where event.tenant_id = ${scope.tenant.id}::int and ${where}
     order by event.id desc
     limit ${limit}::int`,
    readEvent,
  );
}

function readEvent(row: Row): EventRow {
  const baseAmount = integerOrNull(row.base_amount);
  const subjectType = textOrNull(row.subject_type);
  return {
    event: text(row.id),
    trigger: text(row.alias),
    externalId: text(row.external_id),
    subject: subjectType === null ? null : { type: subjectType, id: text(row.subject_id) },
    customer: text(row.customer),
    status: text(row.status) as EventRow['status'],
    base: baseAmount === null ? null : { amount: baseAmount, unit: text(row.base_unit) },
    reverses: textOrNull(row.parent_id),
    reversedBasisPoints: integer(row.reversed_basis_points),
    outstanding: integer(row.outstanding),
    createdAt: instant(row.created_at),
    unit: textOrNull(row.unit),
    clawback: textOrNull(row.clawback) as EventRow['clawback'],
  };
}

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

/** As hosts see an event. */
export function eventOf({ unit: _unit, clawback: _clawback, ...event }: EventRow): RewardEvent {
  return event.outstanding > 0 ? { ...event, status: 'partly_reversed' } : event;
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
