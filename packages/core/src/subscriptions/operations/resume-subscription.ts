/** Taking a cancellation back before its end has come. */
import { answerOnce, findCustomer } from '../../customers/index.ts';
import { NotFoundError, type Scope } from '../../kernel/index.ts';
import { lockSubscriptions, rebalanced, storeEnd } from '../change.ts';
import { refuseConflict } from '../conflicts.ts';
import { readText, refuseUnreadable } from '../input.ts';
import { stateAt } from '../state.ts';
import { reviveSubscription, type Subscription, subscriptionOf } from '../subscription.ts';
import { findTarget } from '../target.ts';

export type ResumeSubscription = {
  customer: string;
  /** Left out: the customer's only live one. */
  subscription?: string | undefined;
  idempotencyKey?: string | undefined;
};

/**
 * Clears the end of a subscription on grace and announces `subscription.resumed` and `.updated`.
 * On any other it has no effect and announces nothing.
 *
 * @throws {NotFoundError} There is no such subscription of this customer.
 * @throws {AmbiguousSubscriptionError} None was named and several live.
 * @throws {AlreadySubscribedError} The next subscription of the family has been made meanwhile.
 * @throws {IdempotencyConflictError} The key belongs to another request.
 */
export async function resumeSubscription(
  scope: Scope,
  input: ResumeSubscription,
): Promise<Subscription> {
  const { idempotencyKey: key, ...request } = input;
  refuseUnreadable(input, ['customer', 'subscription', 'idempotencyKey']);
  readText(input.customer, '/customer');
  if (input.subscription !== undefined) readText(input.subscription, '/subscription');
  return scope.transaction(async (scope) => {
    const customer = await findCustomer(scope, input.customer);
    if (!customer)
      throw new NotFoundError('subscription', input.subscription ?? `of ${input.customer}`);
    const once = { verb: 'subscriptions.resume', customerId: customer.id, key, request };
    const { answer } = await answerOnce(scope, once, (scope) => resume(scope, input));
    return reviveSubscription(answer);
  });
}

async function resume(scope: Scope, input: ResumeSubscription): Promise<Subscription> {
  const locked = await lockSubscriptions(scope, input.customer);
  const row = await findTarget(scope, locked, input.subscription);
  if (!stateAt(row, scope.now).onGrace) return subscriptionOf(row, scope.now);
  await refuseConflict(scope, { ...row, endsAt: null });
  const { customer } = locked;
  const stored = await rebalanced(scope, { customer, items: row.items }, () =>
    storeEnd(scope, row, { endsAt: null, reason: null, comment: null }),
  );
  return subscriptionOf(stored, scope.now);
}
