/**
 * Setting the end of a subscription: at the next boundary, at once, or at a given moment.
 *
 * Nothing revives what has ended, and asking again where an end is set already changes nothing.
 */
import { answerOnce, findCustomer } from '../../customers/index.ts';
import { FOREVER, NotFoundError, type Scope } from '../../kernel/index.ts';
import { type End, lockSubscriptions, rebalanced, storeEnd } from '../change.ts';
import { refuseConflict } from '../conflicts.ts';
import { fault, type Instant, readInstant, readText, refuseUnreadable } from '../input.ts';
import { nextBoundary } from '../periods.ts';
import { type SubscriptionMoments, stateAt, trialEndOf } from '../state.ts';
import { reviveSubscription, type Subscription, subscriptionOf } from '../subscription.ts';
import { findTarget } from '../target.ts';

export type CancelSubscription = {
  customer: string;
  /** Left out: the customer's only live one. */
  subscription?: string | undefined;
  /** `boundary` unless said (also `period_end`): the end of the trial or of the period. */
  at?: 'boundary' | 'period_end' | 'now' | Instant | undefined;
  reason?: string | undefined;
  comment?: string | undefined;
  idempotencyKey?: string | undefined;
};

const known = ['customer', 'subscription', 'at', 'reason', 'comment', 'idempotencyKey'];

/** When to end. */
export type When = 'boundary' | 'now' | Date;

/**
 * Sets the end and announces `subscription.canceled` and `.updated`, and `.ended` if it is over with it.
 * Balances follow in the same transaction: what a running period still had is gone once the end is reached.
 *
 * @throws {NotFoundError} There is no such subscription of this customer.
 * @throws {AmbiguousSubscriptionError} None was named and several live.
 * @throws {AlreadySubscribedError} A later end would run into the next subscription of the family.
 * @throws {IdempotencyConflictError} The key belongs to another request.
 * @throws {ValidationError} Names the fields that cannot be read.
 */
export async function cancelSubscription(
  scope: Scope,
  input: CancelSubscription,
): Promise<Subscription> {
  const { idempotencyKey: key, ...request } = input;
  const asked = readCancel(input);
  return scope.transaction(async (scope) => {
    const customer = await findCustomer(scope, input.customer);
    if (!customer)
      throw new NotFoundError('subscription', input.subscription ?? `of ${input.customer}`);
    const once = { verb: 'subscriptions.cancel', customerId: customer.id, key, request };
    const { answer } = await answerOnce(scope, once, (scope) => cancel(scope, input, asked));
    return reviveSubscription(answer);
  });
}

type Asked = {
  readonly when: When;
  readonly reason: string | null;
  readonly comment: string | null;
};

function readCancel(input: CancelSubscription): Asked {
  refuseUnreadable(input, known);
  readText(input.customer, '/customer');
  if (input.subscription !== undefined) readText(input.subscription, '/subscription');
  const { reason, comment } = input;
  return {
    when: readWhen(input.at),
    reason: reason === undefined ? null : readText(reason, '/reason', 255),
    comment: comment === undefined ? null : readText(comment, '/comment', 2000),
  };
}

function readWhen(at: CancelSubscription['at']): When {
  if (at === undefined || at === 'boundary' || at === 'period_end') return 'boundary';
  if (at === 'now') return at;
  if (at instanceof Date || /^\d/.test(String(at))) return readInstant(at, '/at');
  throw fault('/at', 'must be boundary, period_end, now, or an instant');
}

async function cancel(
  scope: Scope,
  input: CancelSubscription,
  asked: Asked,
): Promise<Subscription> {
  const locked = await lockSubscriptions(scope, input.customer);
  const row = await findTarget(scope, locked, input.subscription);
  const endsAt = endAsked(row, asked.when, scope.now);
  if (endsAt === null || endsAt.getTime() === row.endsAt?.getTime())
    return subscriptionOf(row, scope.now);
  const { reason, comment, when } = asked;
  if (row.endsAt !== null && endsAt > row.endsAt) await refuseConflict(scope, { ...row, endsAt });
  const end: End = { endsAt, reason, comment, atOnce: when === 'now' };
  const { customer } = locked;
  const stored = await rebalanced(scope, { customer, items: row.items }, () =>
    storeEnd(scope, row, end),
  );
  return subscriptionOf(stored, scope.now);
}

/**
 * The end that canceling now would set.
 * @returns `null`: it has no effect.
 */
export function endAsked(moments: SubscriptionMoments, when: When, now: Date): Date | null {
  const state = stateAt(moments, now);
  if (state.ended) return null;
  if (when instanceof Date) return when;
  if (when === 'now') return now;
  if (state.onGrace) return null;
  const trialEnd = trialEndOf(moments, now);
  if (state.onTrial && trialEnd && trialEnd < FOREVER) return trialEnd;
  if (state.infinite || state.paused || state.upcoming) return now;
  return nextBoundary(moments, now) ?? now;
}
