/**
 * The end of an attempt at an event: its rewards are paid, it is passed over, or it has failed. Who has lost the lease meanwhile
 * ends nothing: the attempt's number is its fence.
 *
 * The subject's lock comes first, then caps, customers by name, the order it is of, the event, and balances.
 */
import type { CustomerRow } from '../customers/index.ts';
import { announce } from '../events/index.ts';
import {
  addDuration,
  at,
  isBursarError,
  json,
  type Scope,
  type Statement,
  sql,
  storable,
  text,
} from '../kernel/index.ts';
import { lockRefundedShare } from '../orders/index.ts';
import { reverseWithOrder } from './operations/reverse-with-order.ts';
import { payRewards } from './pay-rewards.ts';
import { payeesOf } from './payees.ts';
import type { Payout } from './payout.ts';
import { isRewarded, lockSubject, type Subject } from './subjects.ts';
import type { TriggerSetting } from './triggers.ts';

/** An event in somebody's hands. */
export type Held = {
  readonly event: string;
  readonly alias: string;
  readonly externalId: string;
  readonly subject: Subject | null;
  readonly actor: CustomerRow;
  /** Counts who had it; only the last may end it. */
  readonly attempt: number;
};

/** Pays what it brings, all or nothing, or passes it over. Needs an open transaction. @returns False: somebody else has it by now. */
export async function completeEvent(scope: Scope, held: Held, payout: Payout): Promise<boolean> {
  const { event, alias, externalId, actor } = held;
  const skipReason = await reasonToSkip(scope, held, payout);
  const setting = skipReason ? null : payout.setting;
  const payees = setting ? await payeesOf(scope, { alias, actor, setting, payout }) : [];
  const back = setting?.reverseOnRefund ? await refundedOf(scope, held.subject) : 0;
  const { base, rate } = payout;
  const kept = rate && json({ ...rate, at: at(rate.at) });
  const isHeld = await end(
    scope,
    held,
    sql`
       status = ${skipReason ? 'skipped' : 'processed'}::text, skip_reason = ${skipReason}::text, asked = null,
       base_amount = ${base?.amount ?? null}::bigint, base_unit = ${base?.unit ?? null}::text,
       rate = ${kept}::text::jsonb, unit = ${payout.setting?.unit ?? null}::text, clawback = ${payout.setting?.clawback ?? null}::text,
       reverse_on_refund = ${payout.setting?.reverseOnRefund ?? false}::boolean`,
  );
  if (!isHeld) return false;
  if (setting) await payRewards(scope, { event, alias, payees, ...termsOf(scope, setting) });
  await announce(scope, {
    type: skipReason ? 'reward_event.skipped' : 'reward_event.processed',
    customer: actor.externalId,
    subject: { type: 'reward_event', id: event },
    data: {
      ...{ event, trigger: alias, externalId, rewards: payees.length },
      ...(skipReason && { reason: skipReason }),
    },
  });
  const orders = back > 0 && held.subject ? [held.subject.id] : [];
  if (orders.length > 0) await reverseWithOrder(scope, { orders, basisPoints: back });
  return true;
}

/** Keeps what went wrong, and announces `reward_event.failed`. @returns False: somebody else has it by now. */
export async function failEvent(scope: Scope, held: Held, error: unknown): Promise<boolean> {
  const { event, alias: trigger, externalId, attempt } = held;
  const message = storable(error instanceof Error ? error.message : String(error)).slice(0, 1000);
  const isHeld = await end(scope, held, sql`status = 'failed', last_error = ${message}::text`);
  if (!isHeld) return false;
  await announce(scope, {
    type: 'reward_event.failed',
    customer: held.actor.externalId,
    subject: { type: 'reward_event', id: event },
    data: { event, trigger, externalId, attempt, code: isBursarError(error) ? error.code : null },
  });
  return true;
}

/** Whoever refunds the order meanwhile is waited for, or waits: it is reversed there or here. */
async function refundedOf(scope: Scope, subject: Subject | null): Promise<number> {
  return subject?.type === 'order' ? lockRefundedShare(scope, subject.id) : 0;
}

async function reasonToSkip(
  scope: Scope,
  { alias, subject }: Held,
  { setting, exclusive }: Payout,
): Promise<'disabled' | 'exclusive' | null> {
  if (!setting) return 'disabled';
  if (!exclusive || !subject) return null;
  await lockSubject(scope, { alias, subject });
  return (await isRewarded(scope, { alias, subject })) ? 'exclusive' : null;
}

async function end(scope: Scope, { event, attempt }: Held, values: Statement): Promise<boolean> {
  const ended = await scope.maybeOne(
    sql`
    update bursar.reward_events
       set lease_until = null, ${values}
     where (tenant_id, id, attempts) = (${scope.tenant.id}::int, ${event}::text, ${attempt}::int) and status = 'processing'
    returning id`,
    (row) => text(row.id),
  );
  return ended !== null;
}

function termsOf(scope: Scope, { unit, matures }: TriggerSetting) {
  const maturesAt = matures === undefined ? null : addDuration(scope.now, matures, 1, 'UTC');
  return { unit, maturesAt };
}
