/** Events as they are stored and as hosts see them. */
import {
  document,
  instant,
  integer,
  integerOrNull,
  type Row,
  type Scope,
  type Statement,
  sql,
  text,
  textOrNull,
} from '../kernel/index.ts';
import type { Rate } from '../ledger/index.ts';
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
  readonly status:
    | 'pending'
    | 'processing'
    | 'processed'
    | 'failed'
    | 'skipped'
    | 'partly_reversed';
  /** How often it was tried. */
  readonly attempts: number;
  /** What the last attempt that failed did so with. */
  readonly lastError: string | null;
  /** Of a skipped one: its trigger was off, or what was rewarded before for its subject still stands. */
  readonly skipReason: 'disabled' | 'exclusive' | null;
  /** What percentages are of. */
  readonly base: Worth | null;
  /** What the base was converted at: `of` of what is paid for `per` of the base's unit. Null where nothing was. */
  readonly rate: Rate | null;
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
  readonly status: Exclude<RewardEvent['status'], 'partly_reversed'>;
  /** What it was fired with, unless it is over. */
  readonly asked: { readonly amount?: number; readonly payload?: unknown } | null;
  readonly unit: string | null;
  readonly clawback: 'strict' | 'allow_debt' | null;
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
           event.status, event.attempts, event.last_error, event.asked, event.skip_reason, event.base_amount, event.base_unit,
           event.rate, event.unit, event.clawback, event.parent_id, event.reversed_basis_points, event.created_at,
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
    skipReason: reasonOf(row),
    attempts: integer(row.attempts),
    lastError: textOrNull(row.last_error),
    asked: row.asked === null ? null : document(row.asked),
    base: baseAmount === null ? null : { amount: baseAmount, unit: text(row.base_unit) },
    rate: rateOf(row),
    reverses: textOrNull(row.parent_id),
    reversedBasisPoints: integer(row.reversed_basis_points),
    outstanding: integer(row.outstanding),
    createdAt: instant(row.created_at),
    unit: textOrNull(row.unit),
    clawback: textOrNull(row.clawback) as EventRow['clawback'],
  };
}

function rateOf({ rate }: Row): Rate | null {
  if (rate === null) return null;
  const kept = document<Omit<Rate, 'at'> & { at: string }>(rate);
  return { ...kept, at: new Date(kept.at) };
}

/** Before it was kept, there was one reason. */
function reasonOf({ status, skip_reason: kept }: Row): EventRow['skipReason'] {
  return status === 'skipped' ? ((textOrNull(kept) ?? 'disabled') as 'disabled') : null;
}

/** As hosts see an event. */
export function eventOf({
  unit: _unit,
  clawback: _clawback,
  asked: _asked,
  ...event
}: EventRow): RewardEvent {
  return event.outstanding > 0 ? { ...event, status: 'partly_reversed' } : event;
}
