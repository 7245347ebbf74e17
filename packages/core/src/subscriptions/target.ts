/** Which subscription a command means: the one it names, or the customer's only live one. */
import { NotFoundError, type Scope } from '../kernel/index.ts';
import type { Locked } from './change.ts';
import { AmbiguousSubscriptionError } from './errors.ts';
import { findSubscription, type Lock } from './queries.ts';
import type { SubscriptionRow } from './rows.ts';
import { stateAt } from './state.ts';

/**
 * The subscription, locked unless said. Without a name: the only one that runs, else the only one that is to begin.
 * @throws {NotFoundError} There is none, or it is another customer's.
 * @throws {AmbiguousSubscriptionError} Several could be meant.
 */
export async function findTarget(
  scope: Scope,
  { customer, rows }: Locked,
  subscription: string | undefined,
  lock: Lock = 'update',
): Promise<SubscriptionRow> {
  if (subscription !== undefined) {
    const row = await findSubscription(scope, subscription, { lock });
    if (row?.customerId !== customer.id) throw new NotFoundError('subscription', subscription);
    return row;
  }
  const running = rows.filter((row) => stateAt(row, scope.now).active);
  const candidates = running.length > 0 ? running : rows;
  const [only] = candidates;
  if (!only) throw new NotFoundError('live subscription of', customer.externalId);
  if (candidates.length > 1) {
    throw new AmbiguousSubscriptionError(
      customer.externalId,
      candidates.map((row) => row.id),
    );
  }
  return only;
}
