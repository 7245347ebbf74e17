/**
 * Rewarding something that happened: whoever did it and who stands above, once.
 *
 * The event, its rewards, their grants and the news are one transaction. The actor is made first, then
 * the subject's lock and the event's own key are taken, then the caps of sponsors, customers by name, and balances.
 */
import { audited } from '../../audit/index.ts';
import { ensureCustomer } from '../../customers/index.ts';
import { announce } from '../../events/index.ts';
import { queueJob } from '../../jobs/index.ts';
import { IdempotencyConflictError, type Scope, sql } from '../../kernel/index.ts';
import { isSameAsked, keepable, keptOrRefused } from '../asked.ts';
import { completeEvent, failEvent, type Held } from '../complete-event.ts';
import { type EventRow, selectEvents } from '../event-rows.ts';
import {
  type Asked,
  checkPayload,
  isOutage,
  type Payout,
  type Tried,
  tryPayout,
} from '../payout.ts';
import { recordEvent } from '../record-event.ts';
import { type Reward, type RewardEvent, shownEvent } from '../reward-rows.ts';
import type { Subject } from '../subjects.ts';

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
  /** It is recorded now, and processed after the commit. */
  readonly queue?: boolean | undefined;
  readonly reason?: string | undefined;
};

export type Triggered = RewardEvent & {
  readonly rewards: readonly Reward[];
  /** It was triggered before; this is what came of it. */
  readonly replayed: boolean;
};

/** The kind of job that processes an event later. */
export const REWARD = 'reward_event';

/** How long after a first failure it is tried again; later ones wait longer and longer. */
const firstDelayMilliseconds = 1_000;

/**
 * Records the event and pays its rewards; of a trigger that is switched off, or exclusive and taken, it is only recorded, as
 * skipped. Announces `reward_event.processed` or `reward_event.skipped`, and `reward.paid` for each reward.
 *
 * What cannot be worked out (nobody has named the alias, a rate is missing, `baseAmount` throws) is recorded, as failed, with
 * `reward_event.failed`; with `queue` it is recorded, as pending, with `reward_event.recorded`. A job processes both later.
 *
 * @throws {ValidationError} The payload; nothing is written.
 * @throws {IdempotencyConflictError} The external id is another customer's event, or one of another worth.
 */
export async function trigger(scope: Scope, input: FireTrigger): Promise<Triggered> {
  const { alias, amount, payload, queue = false } = input;
  const asked: Asked = { alias, amount, payload };
  checkPayload(scope, asked);
  if (queue) return record(scope, input, { tried: null, kept: keptOrRefused(scope, asked) });
  const kept = keepable(scope, asked);
  const tried = await tryPayout(scope, asked);
  // What cannot be kept cannot be tried again: then it is a refusal.
  if (tried.payout === null && kept === null) throw tried.error;
  try {
    return await record(scope, input, { tried, kept });
  } catch (error) {
    // Nothing of it is left, except in the host's transaction, which is to be rolled back as a whole.
    if (!(error instanceof NotPaidError) || scope.inTransaction || kept === null)
      throw error instanceof NotPaidError ? error.cause : error;
    return record(scope, input, { tried: { payout: null, error: error.cause }, kept });
  }
}

/** Its rewards could not be paid: what it says of that is the cause. Never leaves this file. */
class NotPaidError extends Error {}

type Tries = { readonly tried: Tried | null; readonly kept: Asked | null };

function record(scope: Scope, input: FireTrigger, tries: Tries): Promise<Triggered> {
  return audited(
    scope,
    input.reason,
    (inner) => inner.transaction((within) => recordOnce(within, input, tries)),
    ({ event, customer, trigger, replayed }) =>
      replayed
        ? null
        : {
            ...{ operation: 'referrals.trigger', customer, facts: { trigger } },
            subject: { type: 'reward_event', id: event },
          },
  );
}

async function recordOnce(
  scope: Scope,
  input: FireTrigger,
  { tried, kept }: Tries,
): Promise<Triggered> {
  const { alias, subject } = input;
  const actor = await ensureCustomer(scope, { customer: input.customer });
  const isLater = !tried?.payout;
  const { event, externalId } = await recordEvent(scope, {
    ...{ alias, externalId: input.externalId, subject, actor },
    ...{ isInHand: tried !== null, asked: isLater ? kept : null },
  });
  if (event === null) return earlier(scope, { ...input, externalId }, { tried, kept });
  const held = { event, alias, externalId, subject: subject ?? null, actor, attempt: 1 };
  if (tried?.payout) await pay(scope, held, tried.payout);
  else if (tried) await failEvent(scope, held, tried.error);
  else await announceRecorded(scope, held);
  if (isLater) {
    const wait = tried ? firstDelayMilliseconds : 0;
    const dueAt = new Date(scope.now.getTime() + wait);
    await queueJob(scope, { kind: REWARD, key: event, payload: { event }, dueAt });
  }
  return answer(scope, await getEvent(scope, event), false);
}

async function pay(scope: Scope, held: Held, payout: Payout): Promise<void> {
  try {
    await completeEvent(scope, held, payout);
  } catch (cause) {
    throw isOutage(cause) ? cause : new NotPaidError('Not paid.', { cause });
  }
}

function announceRecorded(
  scope: Scope,
  { event, alias, externalId, actor }: Held,
): Promise<unknown> {
  return announce(scope, {
    ...{ type: 'reward_event.recorded', customer: actor.externalId },
    subject: { type: 'reward_event', id: event },
    data: { event, trigger: alias, externalId },
  });
}

async function earlier(
  scope: Scope,
  { alias, customer, externalId, subject }: FireTrigger & { externalId: string },
  { tried, kept }: Tries,
): Promise<Triggered> {
  const [event] = await selectEvents(scope, {
    where: sql`(event.alias, event.external_id) = (${alias}::text, ${externalId}::text)`,
    limit: 1,
  });
  const isSame =
    event?.customer === customer &&
    event.subject?.type === subject?.type &&
    event.subject?.id === subject?.id &&
    isSameWorth(event, tried?.payout ?? null) &&
    (event.asked === null || isSameAsked(event.asked, kept));
  if (!event || !isSame) throw new IdempotencyConflictError(externalId);
  return answer(scope, event, true);
}

/** What is not known, then or now, is no other one. */
function isSameWorth({ base: known }: EventRow, payout: Payout | null): boolean {
  if (known === null || payout === null) return true;
  return known.amount === payout.base?.amount && known.unit === payout.base.unit;
}

async function getEvent(scope: Scope, id: string): Promise<EventRow> {
  const [event] = await selectEvents(scope, { where: sql`event.id = ${id}::text`, limit: 1 });
  if (!event) throw new Error('An event that was recorded cannot be read.');
  return event;
}

async function answer(scope: Scope, event: EventRow, replayed: boolean): Promise<Triggered> {
  return { ...(await shownEvent(scope, event)), replayed };
}
