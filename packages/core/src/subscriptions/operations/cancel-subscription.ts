/**
 * Setting the end of a subscription: at the next boundary, at once, or at a given moment.
 *
 * Nothing revives what has ended, and asking again where an end is set already changes nothing.
 */
import type { CustomerRow } from '../../customers/index.ts';
import { FOREVER, type Scope } from '../../kernel/index.ts';
import { rebalanced } from '../change.ts';
import { commandOn } from '../command.ts';
import { refuseConflict } from '../conflicts.ts';
import { fault, type Instant, readInstant, readText } from '../input.ts';
import { nextBoundary } from '../periods.ts';
import type { SubscriptionRow } from '../rows.ts';
import { type SubscriptionMoments, stateAt, trialEndOf } from '../state.ts';
import { type End, storeEnd } from '../store-end.ts';
import type { Subscription } from '../subscription.ts';
import { readTarget, type Target } from '../target-input.ts';

export type CancelSubscription = Target & {
  /** `boundary` unless said (also `period_end`): the end of the trial or of the period. */
  at?: 'boundary' | 'period_end' | 'now' | Instant | undefined;
  /** 1 to 255 characters; kept on the subscription, and in the audit. */
  reason?: string | undefined;
  comment?: string | undefined;
};

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
  const asked = readCancel(input);
  const { when } = asked;
  const facts = { at: when instanceof Date ? when.toISOString() : when };
  return commandOn(scope, { verb: 'cancel', input, facts }, (inner, target) =>
    cancel(inner, target, asked),
  );
}

type Asked = {
  readonly when: When;
  readonly reason: string | null;
  readonly comment: string | null;
};

function readCancel(input: CancelSubscription): Asked {
  readTarget(input, ['at', 'comment']);
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
  { customer, row }: { customer: CustomerRow; row: SubscriptionRow },
  { reason, comment, when }: Asked,
): Promise<SubscriptionRow> {
  const endsAt = endAsked(row, when, scope.now);
  if (endsAt === null || endsAt.getTime() === row.endsAt?.getTime()) return row;
  if (row.endsAt !== null && endsAt > row.endsAt) await refuseConflict(scope, { ...row, endsAt });
  const end: End = { endsAt, reason, comment, atOnce: when === 'now' };
  return rebalanced(scope, { customer, items: row.items }, () => storeEnd(scope, row, end));
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
