/** The subscription a customer's page speaks of. */
import { findCustomer } from '../../customers/index.ts';
import type { Scope } from '../../kernel/index.ts';
import { readText } from '../input.ts';
import { liveSubscriptions } from '../queries.ts';
import { stateAt } from '../state.ts';
import { type Subscription, subscriptionOf } from '../subscription.ts';

/**
 * The customer's newest subscription that has begun and not ended, paused and past due ones too. Writes nothing.
 * @returns `null` for none, also for somebody nobody has named yet.
 */
export async function currentSubscription(
  scope: Scope,
  input: { customer: string },
): Promise<Subscription | null> {
  const customer = await findCustomer(scope, readText(input.customer, '/customer'));
  if (!customer) return null;
  const rows = await liveSubscriptions(scope, { customerId: customer.id, now: scope.now });
  const row = rows.find((one) => stateAt(one, scope.now).active);
  return row ? subscriptionOf(row, scope.now) : null;
}
