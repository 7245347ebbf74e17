/** The time that a bought line is for. */
import {
  addDuration,
  approximateDays,
  at,
  instantOrNull,
  parseDuration,
  type Scope,
  sql,
  ValidationError,
} from '../kernel/index.ts';
import { StartInPastError } from './errors.ts';

export type BoughtWindow = { readonly startsAt: Date; readonly expiresAt: Date | null };

/** What a window is reckoned from. */
export type WindowTerms = {
  readonly customerId: number;
  readonly group: string | null;
  readonly append: boolean;
  readonly cycle: string | null;
  readonly quantity: number;
  readonly timeZone: string;
  /** When the last of the group in the same order ends. */
  readonly after: Date | null;
};

/** Longer than anybody buys, and far within what can be stored. */
const daysMax = 365_250;

/**
 * From the start that was asked for, else from the end of the group's last purchase if it appends, else from now; its cycle as often
 * as it was bought. The customer is locked, so nothing else is appended meanwhile.
 *
 * @throws {StartInPastError} The start that was asked for has passed.
 * @throws {ValidationError} It would last more than a thousand years.
 */
export async function windowOf(
  scope: Scope,
  terms: WindowTerms,
  asked: Date | null,
): Promise<BoughtWindow> {
  const { cycle, quantity, timeZone } = terms;
  if (asked !== null && asked < scope.now) throw new StartInPastError(asked);
  if (cycle !== null && approximateDays(parseDuration(cycle)) * quantity > daysMax)
    throw new ValidationError([
      { pointer: '/quantity', detail: 'would last more than a thousand years' },
    ]);
  const startsAt = asked ?? (terms.append ? await lastEnd(scope, terms) : null) ?? scope.now;
  return {
    startsAt,
    expiresAt: cycle === null ? null : addDuration(startsAt, cycle, quantity, timeZone),
  };
}

/** When the last paid purchase of the group ends, if that is still to come. Those without an end do not count. */
async function lastEnd(
  scope: Scope,
  { customerId, group, after }: WindowTerms,
): Promise<Date | null> {
  if (group === null) return null;
  const last = await scope.one(
    sql`
    select max(expires_at) as last
      from bursar.orders
     where (tenant_id, customer_id) = (${scope.tenant.id}::int, ${customerId}::bigint) and offer_group = ${group}::text
       and status in ('paid', 'partly_refunded') and expires_at > ${at(scope.now)}::text::timestamptz`,
    (row) => instantOrNull(row.last),
  );
  return after !== null && (last === null || after > last) ? after : last;
}
