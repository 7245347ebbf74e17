/** Saying that a subscription was changed, with how it stands after, and before. */
import { announce } from '../events/index.ts';
import type { Scope } from '../kernel/index.ts';
import type { SubscriptionEvents } from './events.ts';
import { findSubscription } from './queries.ts';
import type { SubscriptionRow } from './rows.ts';
import { factsOf, newsOf, subscriptionOf } from './subscription.ts';

/** The row as this transaction has just written it. */
export async function reread(scope: Scope, id: string): Promise<SubscriptionRow> {
  const row = await findSubscription(scope, id);
  if (!row) throw new Error(`Subscription ${id} was written but cannot be read.`);
  return row;
}

/** Announces one thing about a subscription as it stands now, with what else belongs to it. */
export function announceChange(
  scope: Scope,
  row: SubscriptionRow,
  type: keyof SubscriptionEvents,
  facts: object = {},
): Promise<void> {
  return announce(scope, {
    type,
    customer: row.customer,
    subject: { type: 'subscription', id: row.id },
    data: { ...newsOf(subscriptionOf(row, scope.now)), ...facts },
  });
}

/** Announces `subscription.updated`, with how it stood before. */
export function announceUpdate(
  scope: Scope,
  before: SubscriptionRow,
  after: SubscriptionRow,
): Promise<void> {
  return announceChange(scope, after, 'subscription.updated', {
    before: factsOf(subscriptionOf(before, scope.now)),
    after: factsOf(subscriptionOf(after, scope.now)),
  });
}
