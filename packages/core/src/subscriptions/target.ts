/** Which subscription a command means: the one it names, or the customer's only live one. */
import { NotFoundError, type Scope } from '../kernel/index.ts';
import type { Locked } from './change.ts';
import { AmbiguousSubscriptionError } from './errors.ts';
import { findSubscription } from './queries.ts';
import type { SubscriptionRow } from './rows.ts';
import { stateAt } from './state.ts';

/**
 * The subscription, locked. Without a name: the only one that runs, else the only one that is to begin.
 * @throws {NotFoundError} There is none, or it is another customer's.
 * @throws {AmbiguousSubscriptionError} Several could be meant.
 */
export async function findTarget(
  scope: Scope,
  { customer, rows }: Locked,
  subscription: string | undefined,
): Promise<SubscriptionRow> {
  if (subscription !== undefined) return named(scope, customer.id, subscription);
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

async function named(scope: Scope, customerId: number, id: string): Promise<SubscriptionRow> {
  const row = await findSubscription(scope, id, 'update');
  if (row?.customerId !== customerId) throw new NotFoundError('subscription', id);
  return row;
}
