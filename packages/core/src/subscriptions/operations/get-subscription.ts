/** One subscription by its id. */
import { NotFoundError, type Scope } from '../../kernel/index.ts';
import { readText } from '../input.ts';
import { findSubscription } from '../queries.ts';
import { type Subscription, subscriptionOf } from '../subscription.ts';

export type GetSubscription = {
  subscription: string;
  /** Given, another customer's subscription is not found. */
  customer?: string | undefined;
};

/**
 * The subscription as it stands now. Writes nothing.
 * @throws {NotFoundError} There is none of this id, or it is another customer's.
 * @throws {ValidationError} Not an id.
 */
export async function getSubscription(scope: Scope, input: GetSubscription): Promise<Subscription> {
  const row = await findSubscription(scope, readText(input.subscription, '/subscription'));
  if (!row || (input.customer !== undefined && row.customer !== input.customer)) {
    throw new NotFoundError('subscription', input.subscription);
  }
  return subscriptionOf(row, scope.now);
}
