/**
 * Rewarding something that happened: whoever did it and who stands above, once.
 *
 * The event, its rewards, their grants and the news are one transaction. The event's own key is taken first, then the caps
 * of sponsors, then customers by name, then balances.
 */
import { audited } from '../../audit/index.ts';
import { ensureCustomer } from '../../customers/index.ts';
import { announce } from '../../events/index.ts';
import { addDuration, IdempotencyConflictError, type Scope, sql } from '../../kernel/index.ts';
import { lockRefundedShare } from '../../orders/index.ts';
import { payRewards } from '../pay-rewards.ts';
import { payeesOf } from '../payees.ts';
import { type Payout, payoutOf } from '../payout.ts';
import { recordEvent } from '../record-event.ts';
import {
  type EventRow,
  eventOf,
  type Reward,
  type RewardEvent,
  rewardOf,
  rewardsOf,
  selectEvents,
} from '../reward-rows.ts';
import type { Subject } from '../subjects.ts';
import type { TriggerSetting } from '../triggers.ts';
import { reverseWithOrder } from './reverse-with-order.ts';

export type FireTrigger = {
  readonly alias: string;
  /** Who did it. */
  readonly customer: string;
  /** Stands in the place of the base amount that the trigger reads from the payload; without one, in the payout unit. */
  readonly amount?: number | undefined;
  readonly payload?: unknown;
  /** Unique per alias: what happened twice under one is rewarded once. A new one unless said, which counts up by subject. */
  readonly externalId?: string | undefined;
  /** What it happened to. */
  readonly subject?: Subject | undefined;
  readonly reason?: string | undefined;
};

export type Triggered = RewardEvent & {
  readonly rewards: readonly Reward[];
  /** It was triggered before; this is what came of it. */
  readonly replayed: boolean;
};

/**
 * Records the event and pays its rewards; of a trigger that is switched off, or exclusive and taken, it is only recorded, as skipped.
 * Announces `reward_event.processed` or `reward_event.skipped`, and `reward.paid` for each reward.
 *
 * @throws {TriggerUnknownError} @throws {ValidationError} The payload; nothing is written.
 * @throws {RateMissingError} The base amount cannot be converted; nothing is written.
 * @throws {IdempotencyConflictError} The external id is another customer's event, or one of another worth.
 */
export async function trigger(scope: Scope, input: FireTrigger): Promise<Triggered> {
  const payout = await payoutOf(scope, input);
  return audited(
    scope,
    input.reason,
    (inner) => inner.transaction((within) => recordOnce(within, input, payout)),
    ({ event, customer, trigger, replayed }) =>
      replayed
        ? null
        : {
            ...{ operation: 'referrals.trigger', customer, facts: { trigger } },
            subject: { type: 'reward_event', id: event },
          },
  );
}

async function recordOnce(scope: Scope, input: FireTrigger, payout: Payout): Promise<Triggered> {
  const { alias } = input;
  const actor = await ensureCustomer(scope, { customer: input.customer });
  const { event, externalId, skipReason } = await recordEvent(scope, { ...input, actor, payout });
  if (event === null) return earlier(scope, { ...input, externalId }, payout);
  const setting = skipReason ? null : payout.setting;
  const payees = setting ? await payeesOf(scope, { alias, actor, setting, payout }) : [];
  const back = setting?.reverseOnRefund ? await refundedOf(scope, input.subject) : 0;
  if (setting) await payRewards(scope, { event, alias, payees, ...termsOf(scope, setting) });
  await announce(scope, {
    type: setting ? 'reward_event.processed' : 'reward_event.skipped',
    customer: actor.externalId,
    subject: { type: 'reward_event', id: event },
    data: {
      ...{ event, trigger: alias, externalId, rewards: payees.length },
      ...(skipReason && { reason: skipReason }),
    },
  });
  const orders = back > 0 && input.subject ? [input.subject.id] : [];
  if (orders.length > 0) await reverseWithOrder(scope, { orders, basisPoints: back });
  return answer(scope, await getEvent(scope, event), false);
}

/** Whoever refunds the order meanwhile is waited for, or waits: it is reversed there or here. */
async function refundedOf(scope: Scope, subject: Subject | undefined): Promise<number> {
  return subject?.type === 'order' ? lockRefundedShare(scope, subject.id) : 0;
}

function termsOf(scope: Scope, { unit, matures }: TriggerSetting) {
  const maturesAt = matures === undefined ? null : addDuration(scope.now, matures, 1, 'UTC');
  return { unit, maturesAt };
}

async function earlier(
  scope: Scope,
  { alias, customer, externalId, subject }: FireTrigger & { externalId: string },
  { base }: Payout,
): Promise<Triggered> {
  const [event] = await selectEvents(scope, {
    where: sql`(event.alias, event.external_id) = (${alias}::text, ${externalId}::text)`,
    limit: 1,
  });
  const isSame =
    event?.customer === customer &&
    event.subject?.type === subject?.type &&
    event.subject?.id === subject?.id &&
    (event.base === null || (event.base.amount === base?.amount && event.base.unit === base.unit));
  if (!event || !isSame) throw new IdempotencyConflictError(externalId);
  return answer(scope, event, true);
}

async function getEvent(scope: Scope, id: string): Promise<EventRow> {
  const [event] = await selectEvents(scope, { where: sql`event.id = ${id}::text`, limit: 1 });
  if (!event) throw new Error('An event that was recorded cannot be read.');
  return event;
}

async function answer(scope: Scope, event: EventRow, replayed: boolean): Promise<Triggered> {
  const rewards = (await rewardsOf(scope, event.event)).map(rewardOf);
  return { ...eventOf(event), rewards, replayed };
}
