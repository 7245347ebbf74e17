/** One stored subscription as code has it: its moments, what it was sold, and where it stands in the catalogue. */
import {
  document,
  instant,
  instantOrNull,
  integer,
  integerOrNull,
  type Row,
  text,
  textOrNull,
} from '../kernel/index.ts';
import type { PlanChange, ScheduledChange } from './agreed.ts';
import type { Shift } from './calendar.ts';
import { type FrozenItem, readItem } from './items.ts';
import type { SubscriptionMoments } from './state.ts';

/** One stored subscription with its items. */
export type SubscriptionRow = SubscriptionMoments & {
  readonly id: string;
  readonly customerId: number;
  /** The host's id of the customer. */
  readonly customer: string;
  readonly plan: string | null;
  readonly version: number | null;
  readonly family: string | null;
  readonly familyId: number | null;
  readonly canceledAt: Date | null;
  readonly cancelReason: string | null;
  readonly cancelComment: string | null;
  readonly billing: 'none' | 'order' | 'gateway';
  readonly currency: string | null;
  readonly source: string;
  readonly external: { readonly gateway: string; readonly id: string } | null;
  /** The end that was paid for; `null` where none was, or it has none. Taking a cancellation back leads there. */
  readonly soldUntil: Date | null;
  /** From when on its periods are charged; `null`: from its start. What was before is nobody's debt here. */
  readonly billedFrom: Date | null;
  readonly revision: number;
  /** When its lifecycle is to be looked at next. */
  readonly dueAt: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly items: readonly FrozenItem[];
  /** A change of plan that is to come. */
  readonly scheduled: ScheduledChange | null;
  /** One that holds here already, though nobody has stored it yet, and since when. */
  readonly overdue: { readonly change: PlanChange; readonly at: Date } | null;
};

/** As JSON has it. */
type StoredShift = { kind: Shift['kind']; at: string; until?: string; before?: string | null };

function readShift({ kind, at, until, before = null }: StoredShift): Shift {
  return kind === 'anchor'
    ? { kind, at: new Date(at), before }
    : { kind, at: new Date(at), until: until === undefined ? null : new Date(until) };
}

/** A row of the statement in `queries.ts`; what is paid for is not known here. */
export function readRow(row: Row): SubscriptionRow {
  return {
    id: text(row.id),
    customerId: integer(row.customer_id),
    customer: text(row.customer),
    plan: textOrNull(row.plan),
    version: integerOrNull(row.version),
    family: textOrNull(row.family),
    familyId: integerOrNull(row.family_id),
    period: textOrNull(row.period),
    timeZone: text(row.time_zone),
    anchor: instant(row.anchor),
    startsAt: instant(row.starts_at),
    endsAt: instantOrNull(row.ends_at),
    trialEndsAt: instantOrNull(row.trial_ends_at),
    canceledAt: instantOrNull(row.canceled_at),
    cancelReason: textOrNull(row.cancel_reason),
    cancelComment: textOrNull(row.cancel_comment),
    pausedAt: instantOrNull(row.paused_at),
    resumesAt: instantOrNull(row.resumes_at),
    shifts: document<StoredShift[]>(row.shifts).map(readShift),
    billing: text(row.billing) as SubscriptionRow['billing'],
    currency: textOrNull(row.currency),
    pastDue: textOrNull(row.past_due),
    unpaidSince: null,
    source: text(row.source),
    external: row.external === null ? null : document<SubscriptionRow['external']>(row.external),
    soldUntil: instantOrNull(row.sold_until),
    billedFrom: instantOrNull(row.billed_from),
    revision: integer(row.revision),
    dueAt: instant(row.due_at),
    createdAt: instant(row.created_at),
    updatedAt: instant(row.updated_at),
    items: document<Row[]>(row.items).map(readItem),
    scheduled: row.scheduled === null ? null : document<ScheduledChange>(row.scheduled),
    overdue: null,
  };
}
