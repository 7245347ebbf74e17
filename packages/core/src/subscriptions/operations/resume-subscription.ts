/** Taking a cancellation back before its end has come. */
import type { Scope } from '../../kernel/index.ts';
import { rebalanced } from '../change.ts';
import { commandOn } from '../command.ts';
import { refuseConflict } from '../conflicts.ts';
import { stateAt } from '../state.ts';
import { storeEnd } from '../store-end.ts';
import type { Subscription } from '../subscription.ts';
import { readTarget, type Target } from '../target-input.ts';

export type ResumeSubscription = Target;

/**
 * Clears the end of a subscription on grace and announces `subscription.resumed` and `.updated`; where time was paid for by
 * order, it ends when that is over. On any other it has no effect and announces nothing.
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
  readTarget(input, []);
  return commandOn(scope, { verb: 'resume', input, facts: {} }, async (inner, target) => {
    const { customer, row } = target;
    const { endsAt, soldUntil } = row;
    if (!stateAt(row, inner.now).onGrace) return row;
    if (soldUntil !== null && endsAt !== null && soldUntil <= endsAt) return row;
    await refuseConflict(inner, { ...row, endsAt: soldUntil });
    return rebalanced(inner, { customer, items: row.items }, () =>
      storeEnd(inner, row, { endsAt: soldUntil, reason: null, comment: null }),
    );
  });
}
