/**
 * What every command on one subscription goes through: its key, the locks on the customer and its subscriptions, the target,
 * and the audit where a reason was given. Balances and news are the work's own.
 */
import { type AuditFacts, audited } from '../audit/index.ts';
import { answerOnce, type CustomerRow, findCustomer } from '../customers/index.ts';
import { NotFoundError, type Scope } from '../kernel/index.ts';
import { lockSubscriptions } from './change.ts';
import type { SubscriptionRow } from './rows.ts';
import { reviveSubscription, type Subscription, subscriptionOf } from './subscription.ts';
import { findTarget } from './target.ts';
import type { Target } from './target-input.ts';

/** Changes the target, and gives it as it stands then. */
export type Work = (
  scope: Scope,
  target: { readonly customer: CustomerRow; readonly row: SubscriptionRow },
) => Promise<SubscriptionRow>;

/**
 * Runs a command on one subscription, once per key.
 * @throws {NotFoundError} There is no such subscription of this customer.
 * @throws {AmbiguousSubscriptionError} None was named and several live.
 * @throws {IdempotencyConflictError} The key belongs to another request.
 */
export async function commandOn(
  scope: Scope,
  { verb, input, facts }: { verb: string; input: Target; facts: AuditFacts },
  work: Work,
): Promise<Subscription> {
  const { idempotencyKey: key, ...request } = input;
  const { answer } = await audited(
    scope,
    input.reason,
    (scope) =>
      scope.transaction(async (scope) => {
        const customer = await findCustomer(scope, input.customer);
        if (!customer)
          throw new NotFoundError('subscription', input.subscription ?? `of ${input.customer}`);
        const once = { verb: `subscriptions.${verb}`, customerId: customer.id, key, request };
        return answerOnce(scope, once, async (scope) => {
          const locked = await lockSubscriptions(scope, input.customer);
          const row = await findTarget(scope, locked, input.subscription);
          const changed = await work(scope, { customer: locked.customer, row });
          return subscriptionOf(changed, scope.now);
        });
      }),
    ({ answer, replayed }) =>
      replayed
        ? null
        : {
            operation: `subscriptions.${verb}`,
            customer: input.customer,
            subject: { type: 'subscription', id: answer.id },
            facts,
          },
  );
  return reviveSubscription(answer);
}
