/** The numbered periods of one subscription. */
import {
  CursorError,
  checkLimit,
  decodeCursor,
  encodeCursor,
  NotFoundError,
  type Page,
  type Scope,
} from '../../kernel/index.ts';
import { readText } from '../input.ts';
import { listPeriods, periodNumbers, type SubscriptionPeriod } from '../periods.ts';
import { findSubscription } from '../queries.ts';
import { endAt } from '../state.ts';

export type SubscriptionPeriods = {
  subscription: string;
  /** Given, another customer's subscription is not found. */
  customer?: string | undefined;
  /** 1 to 100; 20 unless said. */
  limit?: number | undefined;
  cursor?: string | undefined;
};

const list = 'periods';

/**
 * One page of periods, the first one first: up to the one that contains now, or with an end up to that.
 * Computed from stored moments; writes nothing.
 * @throws {NotFoundError} There is none of this id, or it is another customer's.
 * @throws {CursorError} The cursor is not of this list.
 */
export async function subscriptionPeriods(
  scope: Scope,
  input: SubscriptionPeriods,
): Promise<Page<SubscriptionPeriod>> {
  const limit = checkLimit(input.limit);
  const after = readAfter(input.cursor);
  const row = await findSubscription(scope, readText(input.subscription, '/subscription'));
  if (!row || (input.customer !== undefined && row.customer !== input.customer)) {
    throw new NotFoundError('subscription', input.subscription);
  }
  const moments = { ...row, endsAt: endAt(row, scope.now) };
  const { first, last } = periodNumbers(moments, scope.now);
  const from = Math.max(first, after + 1);
  const to = Math.min(last, from + limit - 1);
  return {
    items: listPeriods(moments, { from, to, known: scope.now }),
    next: to < last ? encodeCursor(list, [to]) : null,
  };
}

function readAfter(cursor: string | undefined): number {
  const position = decodeCursor(list, cursor);
  if (position === null) return 0;
  const [number] = position;
  if (typeof number !== 'number' || number < 1) throw new CursorError(list);
  return number;
}
