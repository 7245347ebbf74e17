/** What was triggered, rewarded or not, and what was reversed of it. */
import { findCustomer } from '../../customers/index.ts';
import {
  checkLimit,
  decodeText,
  type Page,
  pageOf,
  type Scope,
  type Statement,
  sql,
} from '../../kernel/index.ts';
import { eventOf, isOutstanding, type RewardEvent, selectEvents } from '../reward-rows.ts';
import type { Subject } from '../subjects.ts';

export type ListRewardEvents = {
  /** Who did it; left out: of all customers. */
  readonly customer?: string | undefined;
  /** An alias; of reversals with `.reversal`. */
  readonly trigger?: string | undefined;
  readonly status?: RewardEvent['status'] | undefined;
  /** What it happened to; its reversals are left out. */
  readonly subject?: Subject | undefined;
  /** True: only those of which something is outstanding, and the reversals that left it; false: all else. */
  readonly outstanding?: boolean | undefined;
  /** 1 to 100; 20 unless said. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
};

const list = 'reward events';

/**
 * One page, newest first. Writes nothing.
 * @throws {CursorError} The cursor is not of this list.
 */
export async function listRewardEvents(
  scope: Scope,
  input: ListRewardEvents,
): Promise<Page<RewardEvent>> {
  const limit = checkLimit(input.limit);
  const before = decodeText(list, input.cursor);
  const { customer, trigger = null } = input;
  const named = customer === undefined ? null : await findCustomer(scope, customer);
  if (customer !== undefined && !named) return { items: [], next: null };
  const own = named ? sql`event.customer_id = ${named.id}::bigint` : sql`true`;
  const { outstanding } = input;
  const owed =
    outstanding === undefined ? sql`true` : outstanding ? isOutstanding : sql`not ${isOutstanding}`;
  const rows = await selectEvents(scope, {
    where: sql`${own} and ${owed} and ${ofStatus(input.status)} and ${ofSubject(input.subject)} and (${trigger}::text is null or event.alias = ${trigger}::text)
           and (${before}::text is null or event.id < ${before}::text)`,
    limit: limit + 1,
  });
  const page = pageOf(list, rows, limit, ({ event }) => [event]);
  return { items: page.items.map(eventOf), next: page.next };
}

/** As it is shown: what is stored as processed is partly reversed while something is outstanding. */
function ofStatus(status: ListRewardEvents['status']): Statement {
  if (status === undefined) return sql`true`;
  if (status === 'partly_reversed') return isOutstanding;
  const own = sql`event.status = ${status}::text`;
  return status === 'processed' ? sql`${own} and not ${isOutstanding}` : own;
}

function ofSubject(subject: Subject | undefined): Statement {
  if (!subject) return sql`true`;
  return sql`(event.subject_type, event.subject_id) = (${subject.type}::text, ${subject.id}::text)`;
}
